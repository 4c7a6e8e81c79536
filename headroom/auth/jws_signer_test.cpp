#include "headroom/auth/jws_signer.hpp"

#include <gmock/gmock.h>

#include "headroom/auth/key_set.hpp"
#include "headroom/auth/token_fixture.hpp"

namespace headroom::auth {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(JwsSigner, SignsWhatItsPublicKeyVerifies) {
    for (const auto& [kind, by] : {std::pair{key_kind::rsa, algorithm::rs256},
                                   {key_kind::p256, algorithm::es256},
                                   {key_kind::p384, algorithm::es384},
                                   {key_kind::p521, algorithm::es512},
                                   {key_kind::ed25519, algorithm::eddsa}}) {
        const auto& key = fixture::key_of(kind);
        const auto signer = jws_signer::from_pem(fixture::pem_of(key.key()), key.kid());
        ASSERT_TRUE(signer) << signer.error();
        EXPECT_EQ(signer->by(), by);
        const auto token = signer->sign(R"({"iss":"us"})");
        const auto read = parse_jws(token);
        ASSERT_TRUE(read);
        EXPECT_EQ(read->header.kid, key.kid());
        EXPECT_EQ(read->header.typ, "jwt");
        EXPECT_EQ(read->payload, R"({"iss":"us"})");
        const auto keys = key_set::parse(fixture::set_of({key.jwk()}), key_origin::remote).value();
        EXPECT_TRUE(verify_signature(*read, keys, public_key_algorithms)) << to_string(by);
    }
}

TEST(JwsSigner, AKeyWithoutANameIsNotNamed) {
    const auto signer =
        jws_signer::from_pem(fixture::pem_of(fixture::key_of(key_kind::p256).key()), "").value();
    EXPECT_FALSE(parse_jws(signer.sign("{}")).value().header.kid);
}

TEST(JwsSigner, WhatIsNoKeyIsRefusedWithoutItsText) {
    for (const auto& wrong : {secret(), secret("canary"), secret(std::string(100'000, 'x')),
                              secret("-----BEGIN PRIVATE KEY-----\ncanary\n"
                                     "-----END PRIVATE KEY-----\n")}) {
        const auto made = jws_signer::from_pem(wrong, "");
        ASSERT_FALSE(made);
        EXPECT_THAT(made.error(), Not(HasSubstr("canary")));
    }
}

TEST(JwsSigner, AWeakKeyIsRefused) {
    const detail::pkey_ptr short_rsa(EVP_RSA_gen(1024U));
    EXPECT_FALSE(jws_signer::from_pem(fixture::pem_of(short_rsa.get()), ""));
    const detail::pkey_ptr other_curve(EVP_EC_gen("secp256k1"));
    EXPECT_FALSE(jws_signer::from_pem(fixture::pem_of(other_curve.get()), ""));
}

}  // namespace
}  // namespace headroom::auth
