// Signatures that are almost right: algorithms confused, numbers forged, paddings changed.
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include "headroom/auth/detail/ecdsa_signature.hpp"
#include "headroom/auth/key_set.hpp"
#include "headroom/auth/token_fixture.hpp"

namespace headroom::auth {
namespace {

using fixture::key_of;
using enum token_fault;

constexpr char text[] = "eyJh.e30";

key_set set_with(const std::vector<std::string>& jwks, key_origin origin = key_origin::remote) {
    return std::move(key_set::parse(fixture::set_of(jwks), origin).value());
}

/// The key's verdict on a signature over `text`.
bool accepts(key_kind kind, algorithm by, std::string_view signature) {
    const auto keys = set_with({key_of(kind).jwk()});
    return keys.keys().front().verify(by, text, signature);
}

algorithm_set everything() {
    algorithm_set made = public_key_algorithms;
    for (const auto each : {algorithm::hs256, algorithm::hs384, algorithm::hs512}) made.add(each);
    return made;
}

std::string pem_of(EVP_PKEY* key) {
    const std::unique_ptr<BIO, detail::freed_by<BIO_free>> to(BIO_new(BIO_s_mem()));
    fixture::must(PEM_write_bio_PUBKEY(to.get(), key) == 1);
    char* bytes = nullptr;
    const auto size = BIO_get_mem_data(to.get(), &bytes);
    return {bytes, static_cast<std::size_t>(size)};
}

std::string der_of(EVP_PKEY* key, int (*write)(const EVP_PKEY*, unsigned char**)) {
    std::string made(4096, '\0');
    auto* to = reinterpret_cast<unsigned char*>(made.data());
    made.resize(static_cast<std::size_t>(write(key, &to)));
    return made;
}

/// Everything that might be mistaken for a secret because it is the public key's text.
std::vector<std::string> public_texts(const fixture::signing_key& of) {
    const auto pem = pem_of(of.key()), jwk = of.jwk();
    const auto der = der_of(of.key(), i2d_PUBKEY);
    return {pem, pem.substr(0, pem.size() - 1), " " + pem, jwk, jwk + "\n",
            "{" + of.numbers() + "}", der, to_base64url(der), der_of(of.key(), i2d_PublicKey)};
}

TEST(Signature, APublicKeyIsNoSecret) {
    for (const auto kind : {key_kind::rsa, key_kind::p256})
        for (const auto& secret : public_texts(key_of(kind)))
            for (const auto by : {algorithm::hs256, algorithm::hs384, algorithm::hs512}) {
                const auto header = fmt::format(R"({{"alg":"{}","kid":"{}"}})", to_string(by),
                                                key_of(kind).kid());
                const auto token = fixture::hmac_token(by, secret, header, "{}");
                const auto read = parse_jws(token);
                ASSERT_TRUE(read);
                const auto keys = set_with({key_of(kind).jwk()});
                EXPECT_EQ(verify_signature(*read, keys, everything()).error(), unfit_key);
                EXPECT_EQ(verify_signature(*read, keys, public_key_algorithms).error(),
                          algorithm_refused);
            }
}

TEST(Signature, AKeyInAMixedSetIsForItsKindOnly) {
    const std::string octets(32, 's');
    const auto keys = set_with(
        {key_of(key_kind::rsa).jwk(), fmt::format(R"({{"kty":"oct","kid":"mac","k":"{}"}})",
                                                  to_base64url(octets))}, key_origin::local);
    const auto fault = [&](std::string_view header) -> std::optional<token_fault> {
        const auto token = fixture::hmac_token(algorithm::hs256, octets, header, "{}");
        const auto made = verify_signature(parse_jws(token).value(), keys, everything());
        if (!made) return made.error();
        return std::nullopt;
    };
    EXPECT_EQ(fault(R"({"alg":"HS256","kid":"mac"})"), std::nullopt);
    EXPECT_EQ(fault(R"({"alg":"HS256"})"), std::nullopt);
    EXPECT_EQ(fault(R"({"alg":"HS256","kid":"rsa-1"})"), unfit_key);
    EXPECT_EQ(fault(R"({"alg":"RS256","kid":"mac"})"), unfit_key);
    EXPECT_EQ(fault(R"({"alg":"RS256"})"), bad_signature);
}

TEST(Signature, AnEmptySecretSignsNothing) {
    const auto token = fixture::hmac_token(algorithm::hs256, "", R"({"alg":"HS256"})", "{}");
    const auto keys = set_with({R"({"kty":"oct","k":""})", key_of(key_kind::rsa).jwk()},
                               key_origin::local);
    EXPECT_FALSE(verify_signature(parse_jws(token).value(), keys, everything()));
}

TEST(Signature, TheNumbersOfACurveLieInItsOrder) {
    for (const auto kind : {key_kind::p256, key_kind::p384, key_kind::p521}) {
        const auto by = kind == key_kind::p256   ? algorithm::es256
                        : kind == key_kind::p384 ? algorithm::es384
                                                 : algorithm::es512;
        const auto order = detail::group_order(*key_of(kind).key(), kind);
        const std::string zero(order.size(), '\0'), all(order.size(), '\xff');
        std::string one = zero, last = order;
        one.back() = 1;
        last.back() = static_cast<char>(last.back() - 1);
        for (const auto& r : {zero, one, last, order, all})
            for (const auto& s : {zero, one, last, order, all})
                EXPECT_FALSE(accepts(kind, by, r + s));
    }
}

TEST(Signature, ACurvesSignatureIsTwoNumbersAndNotDer) {
    const auto& key = key_of(key_kind::p256);
    const auto good = key.sign(algorithm::es256, text);
    EXPECT_TRUE(accepts(key_kind::p256, algorithm::es256, good));
    const auto der = detail::to_der(good, detail::group_order(*key.key(), key_kind::p256));
    EXPECT_FALSE(accepts(key_kind::p256, algorithm::es256, der->view()));
    for (const auto& other : {std::string(), good.substr(1), good.substr(0, 63), good + '\0',
                              '\0' + good, good + good, good.substr(32) + good.substr(0, 32),
                              good.substr(0, 32)})
        EXPECT_FALSE(accepts(key_kind::p256, algorithm::es256, other));
}

TEST(Signature, ManyOfACurveAreRead) {  // with short and with high numbers
    for (int i = 0; i < 300; ++i)
        EXPECT_TRUE(accepts(key_kind::p256, algorithm::es256,
                            key_of(key_kind::p256).sign(algorithm::es256, text)));
    for (int i = 0; i < 30; ++i)
        EXPECT_TRUE(accepts(key_kind::p521, algorithm::es512,
                            key_of(key_kind::p521).sign(algorithm::es512, text)));
}

TEST(Signature, RsaHasItsLengthItsPaddingAndItsSalt) {
    const auto& key = key_of(key_kind::rsa);
    const auto refused = [](algorithm by, const std::string& signature) {
        return !accepts(key_kind::rsa, by, signature);
    };
    const auto good = key.sign(algorithm::rs256, text), pss = key.sign(algorithm::ps256, text);
    EXPECT_FALSE(refused(algorithm::rs256, good) || refused(algorithm::ps256, pss));
    EXPECT_TRUE(refused(algorithm::rs256, pss) && refused(algorithm::ps256, good));
    EXPECT_TRUE(refused(algorithm::rs384, good) && refused(algorithm::ps384, pss));
    for (const auto& of : {good, pss})
        for (const auto& other : {of.substr(1), of + '\0', '\0' + of, std::string(),
                                  std::string(256, '\0'), std::string(256, '\xff')})
            EXPECT_TRUE(refused(algorithm::rs256, other) && refused(algorithm::ps256, other));
    for (const int salt : {0, 20, 31, 33, 64})
        EXPECT_TRUE(refused(algorithm::ps256, key.sign(algorithm::ps256, text, salt))) << salt;
}

/// What PKCS#1 v1.5 pads, raised to the private exponent as it is.
std::string signed_block(const std::string& block) {
    const auto& key = key_of(key_kind::rsa);
    const detail::pkey_context_ptr context(EVP_PKEY_CTX_new(key.key(), nullptr));
    fixture::must(EVP_PKEY_sign_init(context.get()) == 1 &&
                  EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) == 1);
    std::string made(block.size(), '\0');
    auto size = made.size();
    fixture::must(EVP_PKEY_sign(context.get(), reinterpret_cast<unsigned char*>(made.data()),
                                &size, reinterpret_cast<const unsigned char*>(block.data()),
                                block.size()) == 1);
    return made;
}

std::string padded(std::string_view digest_info, std::string_view start, char filling,
                   std::string_view tail = {}) {
    std::string made(start);
    made.resize(256 - digest_info.size() - tail.size() - 1, filling);
    return made + '\0' + std::string(digest_info) + std::string(tail);
}

TEST(Signature, PaddingOfRsaIsExactlyThatOfTheStandard) {
    std::string digest(32, '\0');
    fixture::must(EVP_Digest(text, sizeof text - 1, reinterpret_cast<unsigned char*>(digest.data()),
                             nullptr, EVP_sha256(), nullptr) == 1);
    constexpr std::string_view with_null("\x30\x31\x30\x0d\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02"
                                         "\x01\x05\x00\x04\x20", 19);
    constexpr std::string_view without("\x30\x2f\x30\x0b\x06\x09\x60\x86\x48\x01\x65\x03\x04\x02"
                                       "\x01\x04\x20", 17);
    constexpr std::string_view start("\x00\x01", 2), of_encryption("\x00\x02", 2);
    const auto info = std::string(with_null) + digest;
    const auto verdict = [](const std::string& block) {
        return accepts(key_kind::rsa, algorithm::rs256, signed_block(block));
    };
    EXPECT_TRUE(verdict(padded(info, start, '\xff')));
    EXPECT_FALSE(verdict(padded(std::string(without) + digest, start, '\xff')));
    EXPECT_FALSE(verdict(padded(info, start, '\xfe')));
    EXPECT_FALSE(verdict(padded(info, of_encryption, '\xff')));
    EXPECT_FALSE(verdict(padded(info, start, '\xff', "trailing")));
    EXPECT_FALSE(verdict(padded(digest, start, '\xff')));
    EXPECT_FALSE(verdict(padded(info.substr(0, info.size() - 1), start, '\xff')));
}

TEST(Signature, Ed25519HasOneEncoding) {
    const auto good = key_of(key_kind::ed25519).sign(algorithm::ed25519, text);
    for (const auto by : {algorithm::eddsa, algorithm::ed25519}) {
        EXPECT_TRUE(accepts(key_kind::ed25519, by, good));
        for (const auto& other :
             {std::string(), good.substr(1), good + '\0', std::string(64, '\0')})
            EXPECT_FALSE(accepts(key_kind::ed25519, by, other));
        auto high = good;  // S + L has the same remainder and a bit too many
        high.back() = static_cast<char>(high.back() | 0x20);
        EXPECT_FALSE(accepts(key_kind::ed25519, by, high));
    }
}

}  // namespace
}  // namespace headroom::auth
