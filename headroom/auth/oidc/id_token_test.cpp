#include "headroom/auth/oidc/id_token.hpp"

#include <gmock/gmock.h>

#include "headroom/auth/detail/sha256.hpp"
#include "headroom/auth/token_verifier_fixture.hpp"

namespace headroom::auth {
namespace {

constexpr char access_token[] = "an-access-token";

class IdToken : public ::testing::Test {
protected:
    const fixture::signing_key& key = fixture::key_of(key_kind::p256);
    const key_set keys = key_set::parse(fixture::set_of({key.jwk()}), key_origin::remote).value();
    const issuer_policy policy = id_token_policy(fixture::home, "us");

    static std::string at_hash() {
        return to_base64url(detail::sha256(access_token).substr(0, 16));
    }
    /// `more` are members, each with a comma before it.
    static std::string payload(std::string_view more, std::string_view aud = R"("us")") {
        return fmt::format(R"({{"iss":"{}","sub":"user-1","aud":{},"exp":{},"iat":{}{}}})",
                           fixture::home, aud, fixture::noon + 60, fixture::noon, more);
    }
    std::string signed_by_it(std::string_view claims, std::string_view typ = "JWT") const {
        return key.token(algorithm::es256,
                         fmt::format(R"({{"alg":"ES256","kid":"{}","typ":"{}"}})", key.kid(), typ),
                         claims);
    }
    /// "" when it signs somebody in.
    std::string fault_of(const std::string& token) const {
        const auto who = check_id_token(token, policy, {"n-1", access_token}, keys,
                                        fixture::at(fixture::noon));
        return who ? "" : std::string(to_string(who.error().why));
    }
};

TEST_F(IdToken, OfThisSignInTellsWhoItIs) {
    const auto token =
        signed_by_it(payload(R"(,"nonce":"n-1","at_hash":")" + at_hash() + "\""));
    const auto who = check_id_token(token, policy, {"n-1", access_token}, keys,
                                    fixture::at(fixture::noon));
    ASSERT_TRUE(who);
    EXPECT_EQ((*who)->subject, "user-1");
    EXPECT_EQ(fault_of(signed_by_it(payload(R"(,"nonce":"n-1")"))), "") << "at_hash may be missing";
}

TEST_F(IdToken, OfRenewedTokensNeedsNoNonceAndAllElse) {
    const auto who_by = [&](const std::string& token) {
        return check_id_token(token, policy, {{}, access_token}, keys,
                              fixture::at(fixture::noon));
    };
    EXPECT_EQ(who_by(signed_by_it(payload(""))).value()->subject, "user-1");
    EXPECT_TRUE(who_by(signed_by_it(payload(R"(,"nonce":"n-1")"))));
    EXPECT_FALSE(who_by(signed_by_it(payload("", R"("them")"))));
    EXPECT_FALSE(who_by(signed_by_it(payload(R"(,"at_hash":"AAAAAAAAAAAAAAAAAAAAAA")"))));
}

TEST_F(IdToken, OfAnotherSignInIsRefused) {
    for (const auto* nonce : {"", R"(,"nonce":"n-2")", R"(,"nonce":"")", R"(,"nonce":1)",
                              R"(,"nonce":"n-1 ")"})
        EXPECT_EQ(fault_of(signed_by_it(payload(nonce))), "bad_claim") << nonce;
}

TEST_F(IdToken, BesideAnotherAccessTokenIsRefused) {
    for (const auto* hash : {R"(,"at_hash":"")", R"(,"at_hash":"AAAAAAAAAAAAAAAAAAAAAA")",
                             R"(,"at_hash":null)"})
        EXPECT_EQ(fault_of(signed_by_it(payload(R"(,"nonce":"n-1")" + std::string(hash)))),
                  "bad_claim") << hash;
}

TEST_F(IdToken, ForAnotherClientIsRefused) {
    constexpr auto nonce = R"(,"nonce":"n-1")";
    EXPECT_EQ(fault_of(signed_by_it(payload(nonce, R"("them")"))), "wrong_audience");
    EXPECT_EQ(fault_of(signed_by_it(payload(nonce, R"(["us","them"])"))), "bad_claim")
        << "who is meant is not said";
    EXPECT_EQ(fault_of(signed_by_it(payload(R"(,"nonce":"n-1","azp":"them")",
                                            R"(["us","them"])"))),
              "wrong_party");
    EXPECT_EQ(fault_of(signed_by_it(payload(R"(,"nonce":"n-1","azp":"us")", R"(["us","them"])"))),
              "");
}

TEST_F(IdToken, AnAccessTokenOrALogoutTokenIsNone) {
    EXPECT_EQ(fault_of(signed_by_it(payload(R"(,"nonce":"n-1")"), "at+jwt")), "wrong_type");
    EXPECT_EQ(fault_of(signed_by_it(payload(R"(,"nonce":"n-1","events":{})"))), "no_access_token");
}

TEST_F(IdToken, WhatIsForgedOldOrOfAnotherIssuerIsRefused) {
    const auto good = signed_by_it(payload(R"(,"nonce":"n-1")"));
    EXPECT_EQ(fault_of(good.substr(0, good.size() - 4) + "AAAA"), "bad_signature");
    const auto late = check_id_token(good, policy, {"n-1", access_token}, keys,
                                     fixture::at(fixture::noon + 200));
    EXPECT_EQ(late.error().why, token_fault::expired);
    const auto elsewhere = check_id_token(good, id_token_policy(fixture::neighbour, "us"),
                                          {"n-1", access_token}, keys, fixture::at(fixture::noon));
    EXPECT_EQ(elsewhere.error().why, token_fault::unknown_issuer);
    EXPECT_EQ(fault_of(std::string(token_bytes_max + 1, 'a')), "too_large");
    EXPECT_EQ(fault_of(""), "not_three_parts");
}

}  // namespace
}  // namespace headroom::auth
