#include "headroom/auth/key_set.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "headroom/auth/token_fixture.hpp"

namespace headroom::auth {
namespace {

using fixture::key_of;
using fixture::set_of;
using ::testing::IsEmpty;

key_set parsed(const std::vector<std::string>& jwks, key_origin origin = key_origin::remote) {
    auto made = key_set::parse(set_of(jwks), origin);
    EXPECT_TRUE(made);
    return std::move(made.value());
}

/// The bad one stands between two good ones, which stay.
void expect_refused(const std::string& bad, key_fault why,
                    key_origin origin = key_origin::remote) {
    const auto made = parsed({key_of(key_kind::p256).jwk(), bad, key_of(key_kind::ed25519).jwk()},
                             origin);
    ASSERT_THAT(made.refused(), ::testing::SizeIs(1)) << bad;
    EXPECT_EQ(made.refused().front().why, why)
        << bad << to_string(made.refused().front().why);
    EXPECT_EQ(made.refused().front().position, 1U);
    EXPECT_THAT(made.keys(), ::testing::SizeIs(2));
}

std::string rsa_jwk(const std::string& modulus, std::string_view exponent = {"\x01\x00\x01", 3}) {
    return fmt::format(R"({{"kty":"RSA","n":"{}","e":"{}"}})", to_base64url(modulus),
                       to_base64url(exponent));
}

std::string modulus() { return fixture::number_of(key_of(key_kind::rsa).key(), "n"); }

std::string curve_jwk(std::string_view crv, std::string_view x, std::string_view y) {
    return fmt::format(R"({{"kty":"EC","crv":"{}","x":"{}","y":"{}"}})", crv, to_base64url(x),
                       to_base64url(y));
}

TEST(KeySet, KeysOfEachKindAreRead) {
    std::vector<std::string> jwks;
    for (const auto kind : {key_kind::rsa, key_kind::p256, key_kind::p384, key_kind::p521,
                            key_kind::ed25519})
        jwks.push_back(key_of(kind).jwk(R"(,"use":"sig","key_ops":["verify"],"x5c":["?"])"));
    const auto made = parsed(jwks);
    EXPECT_THAT(made.refused(), IsEmpty());
    ASSERT_THAT(made.keys(), ::testing::SizeIs(5));
    for (unsigned i = 0; i < algorithm_count; ++i) {
        const auto by = static_cast<algorithm>(i);
        for (std::size_t at = 0; at < made.keys().size(); ++at)
            EXPECT_EQ(made.keys()[at].fits(by), at == static_cast<std::size_t>(kind_for(by)));
    }
}

TEST(KeySet, AKeyIsBoundToItsAlgorithm) {
    const auto made = parsed({key_of(key_kind::rsa).jwk(R"(,"alg":"PS256")")});
    EXPECT_TRUE(made.keys().front().fits(algorithm::ps256));
    EXPECT_FALSE(made.keys().front().fits(algorithm::ps384));
    EXPECT_FALSE(made.keys().front().fits(algorithm::rs256));
}

TEST(KeySet, WhatIsNoSetIsRefusedAsAWhole) {
    for (const std::string& text :
         {std::string(), std::string("[]"), std::string("{}"), std::string(R"({"keys":{}})"),
          std::string(R"({"keys":[],"keys":[]})"), std::string(R"({"keys":null})"),
          R"({"keys":[],"x":")" + std::string(key_set_bytes_max, 'x') + "\"}"})
        EXPECT_FALSE(key_set::parse(text, key_origin::remote)) << text.substr(0, 40);
    EXPECT_TRUE(key_set::parse(R"({"keys":[],"other":1})", key_origin::remote));
}

TEST(KeySet, MoreKeysThanTheBoundAreNotRead) {
    std::vector<std::string> jwks(key_set_keys_max, R"({"kty":"unheard-of"})");
    jwks.push_back(key_of(key_kind::p256).jwk());
    const auto made = parsed(jwks);
    EXPECT_THAT(made.keys(), IsEmpty());
    EXPECT_EQ(made.refused().back().why, key_fault::too_many);
}

TEST(KeySet, SecretsAreRefusedFromAfar) {
    const auto secret_jwk = fmt::format(R"({{"kty":"oct","k":"{}"}})",
                                        to_base64url(std::string(64, 's')));
    expect_refused(secret_jwk, key_fault::remote_secret);
    EXPECT_THAT(parsed({secret_jwk}, key_origin::local).refused(), IsEmpty());
    for (const auto* member : {"d", "p", "q", "dp", "dq", "qi", "oth"})
        for (const auto origin : {key_origin::local, key_origin::remote})
            expect_refused(key_of(key_kind::rsa).jwk(fmt::format(R"(,"{}":"AQAB")", member)),
                           key_fault::private_key, origin);
    expect_refused(R"({"kty":"OKP","crv":"Ed25519","x":"","d":"AAAA"})", key_fault::private_key);
}

TEST(KeySet, ASecretIsAsLongAsTheHash) {
    const auto local = [](std::size_t bytes, std::string_view more = "") {
        return fmt::format(R"({{"kty":"oct","k":"{}"{}}})",
                           to_base64url(std::string(bytes, 's')), more);
    };
    expect_refused(local(31), key_fault::short_secret, key_origin::local);
    expect_refused(local(47, R"(,"alg":"HS384")"), key_fault::short_secret, key_origin::local);
    expect_refused(R"({"kty":"oct","k":""})", key_fault::malformed, key_origin::local);
    const auto made = parsed({local(48)}, key_origin::local);
    EXPECT_TRUE(made.keys().front().fits(algorithm::hs256));
    EXPECT_TRUE(made.keys().front().fits(algorithm::hs384));
    EXPECT_FALSE(made.keys().front().fits(algorithm::hs512));
}

TEST(KeySet, KeysForOtherPurposesAreRefused) {
    const auto& key = key_of(key_kind::rsa);
    expect_refused(key.jwk(R"(,"use":"enc")"), key_fault::other_purpose);
    expect_refused(key.jwk(R"(,"key_ops":["encrypt"])"), key_fault::other_purpose);
    expect_refused(key.jwk(R"(,"key_ops":[])"), key_fault::other_purpose);
    expect_refused(key.jwk(R"(,"use":"sig","key_ops":["sign"])"), key_fault::other_purpose);
    expect_refused(key.jwk(R"(,"use":1)"), key_fault::malformed);
    expect_refused(key.jwk(R"(,"key_ops":"verify")"), key_fault::malformed);
    expect_refused(key.jwk(R"(,"key_ops":["verify","verify"])"), key_fault::malformed);
}

TEST(KeySet, KindCurveAndAlgorithmAgree) {
    const auto& rsa = key_of(key_kind::rsa);
    for (const auto* alg : {"HS256", "ES256", "EdDSA", "none", "RSA-OAEP", "ES521"})
        expect_refused(rsa.jwk(fmt::format(R"(,"alg":"{}")", alg)), key_fault::mismatch);
    expect_refused(key_of(key_kind::p384).jwk(R"(,"alg":"ES256")"), key_fault::mismatch);
    expect_refused(R"({"kty":"EC","crv":"Ed25519","x":"AAAA","y":"AAAA"})", key_fault::mismatch);
    expect_refused(R"({"kty":"OKP","crv":"P-256","x":"AAAA"})", key_fault::mismatch);
    expect_refused(R"({"kty":"EC","crv":"secp256k1","x":"AAAA","y":"AAAA"})",
                   key_fault::unknown_kind);
    expect_refused(R"({"kty":"OKP","crv":"X25519","x":"AAAA"})", key_fault::unknown_kind);
    expect_refused(R"({"kty":"rsa","n":"AAAA","e":"AQAB"})", key_fault::unknown_kind);
    expect_refused(R"({"n":"AAAA","e":"AQAB"})", key_fault::malformed);
    expect_refused(R"("a")", key_fault::malformed);
    expect_refused(R"({"kty":"RSA","n":"AAA=","e":"AQAB"})", key_fault::malformed);
    expect_refused(rsa.jwk(fmt::format(R"(,"alg":{})", 1)), key_fault::malformed);
    expect_refused(fmt::format(R"({{{},"kid":1}})", rsa.numbers()), key_fault::malformed);
}

TEST(KeySet, RepeatedNamesAreUsedByNeither) {
    const auto& one = key_of(key_kind::rsa);
    const auto other = fmt::format(R"({{{},"kid":"{}"}})", key_of(key_kind::p256).numbers(),
                                   one.kid());
    const auto made = parsed({one.jwk(), key_of(key_kind::p384).jwk(), other});
    ASSERT_THAT(made.keys(), ::testing::SizeIs(1));
    EXPECT_EQ(made.keys().front().kid(), key_of(key_kind::p384).kid());
    for (const auto& each : made.refused()) EXPECT_EQ(each.why, key_fault::repeated_kid);
    // Nor by the good one of a good and a bad one.
    const auto mixed = parsed({one.jwk(), fmt::format(R"({{"kty":"oct","k":"AAAA","kid":"{}"}})",
                                                      one.kid())});
    EXPECT_THAT(mixed.keys(), IsEmpty());
}

TEST(KeySet, WeakRsaKeysAreRefused) {
    const auto n = modulus();
    expect_refused(rsa_jwk(n.substr(1)), key_fault::rsa_size);
    expect_refused(rsa_jwk(n + n + n + n + n), key_fault::rsa_size);
    expect_refused(rsa_jwk(std::string(key_set_bytes_max / 4, '\xff')), key_fault::rsa_size);
    expect_refused(rsa_jwk(n, "\x01"), key_fault::rsa_exponent);
    expect_refused(rsa_jwk(n, std::string_view("\x01\x00\x00", 3)), key_fault::rsa_exponent);
    expect_refused(rsa_jwk(n, std::string_view("\x00", 1)), key_fault::rsa_exponent);
    expect_refused(rsa_jwk(n, std::string(9, '\x7f')), key_fault::rsa_exponent);
    auto even = n;
    even.back() = static_cast<char>(even.back() & ~1);
    expect_refused(rsa_jwk(even), key_fault::rsa_even);
}

/// 65537^k mod M + t M, M the product of all primes up to 167: the fingerprint, whatever t is.
std::string fingerprinted_modulus() {
    const detail::number_ptr primes(BN_new()), power(BN_new()), made(BN_new());
    BN_one(primes.get());
    BN_one(power.get());
    for (unsigned prime = 2; prime <= 167; ++prime) {
        bool divided = false;
        for (unsigned by = 2; by * by <= prime; ++by) divided = divided || prime % by == 0;
        if (!divided) BN_mul_word(primes.get(), prime);
    }
    for (int i = 0; i < 12; ++i) BN_mul_word(power.get(), 65537);
    std::unique_ptr<BN_CTX, detail::freed_by<BN_CTX_free>> context(BN_CTX_new());
    BN_mod(power.get(), power.get(), primes.get(), context.get());
    BN_lshift(made.get(), BN_value_one(), 2047 - BN_num_bits(primes.get()) + 1);
    BN_mul(made.get(), made.get(), primes.get(), context.get());
    BN_add(made.get(), made.get(), power.get());
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(made.get())), '\0');
    BN_bn2bin(made.get(), reinterpret_cast<unsigned char*>(bytes.data()));
    return bytes;
}

TEST(KeySet, AModulusThatAnybodyCanFactorIsRefused) {
    expect_refused(rsa_jwk(fingerprinted_modulus()), key_fault::rsa_roca);
}

TEST(KeySet, PointsLieOnTheirCurve) {
    const auto& key = key_of(key_kind::p256);
    const auto x = fixture::number_of(key.key(), "qx", 32);
    const auto y = fixture::number_of(key.key(), "qy", 32);
    auto beside = y;
    beside.back() = static_cast<char>(beside.back() ^ 1);
    expect_refused(curve_jwk("P-256", x, beside), key_fault::off_curve);
    expect_refused(curve_jwk("P-256", std::string(32, '\0'), std::string(32, '\0')),
                   key_fault::off_curve);
    expect_refused(curve_jwk("P-256", std::string(32, '\xff'), y), key_fault::off_curve);
    expect_refused(curve_jwk("P-256", x.substr(1), y), key_fault::malformed);
    expect_refused(curve_jwk("P-256", std::string(1, '\0') + x, y), key_fault::malformed);
    expect_refused(curve_jwk("P-384", x, y), key_fault::malformed);
    expect_refused(R"({"kty":"OKP","crv":"Ed25519","x":"AAAA"})", key_fault::malformed);
}

TEST(KeySet, AnEdwardsPointIsOnItsCurveAndOfLargeOrder) {
    const auto key = [](std::string x) {
        return R"({"kty":"OKP","crv":"Ed25519","x":")" + to_base64url(x) + "\"}";
    };
    const auto number = [](char least) { return std::string(1, least) + std::string(31, '\0'); };
    const auto below_prime = [](char least) {
        return std::string(1, least) + std::string(30, '\xff') + '\x7f';
    };
    EXPECT_EQ(parsed({key(number(3))}).keys().size(), 1U) << "y = 3 has an x";
    expect_refused(key(number(2)), key_fault::off_curve);
    // Under the identity "01" and zeros is a signature of every text.
    for (const auto& small : {number(0), number(1), below_prime('\xec')})
        expect_refused(key(small), key_fault::off_curve);
    for (const auto* of_order_8 : {"JuiVj8KyJ7BFw_SJ8u-Y8NXfrAXTxjM5sTgCiG1T_AU",
                                   "xxdqcD1N2E-6PAt2DRBnDyogU_osOczGTsf9d5KsA3o"})
        expect_refused(R"({"kty":"OKP","crv":"Ed25519","x":")" + std::string(of_order_8) + "\"}",
                       key_fault::off_curve);
    expect_refused(key(below_prime('\xee')), key_fault::off_curve);  // 1, written as p + 1
}

TEST(KeySet, AThumbprintIsTheKeys) {  // RFC 8037, appendix A.3
    const auto made = parsed({R"({"kty":"OKP","crv":"Ed25519",)"
                              R"("x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"})",
                              key_of(key_kind::p256).jwk()});
    const auto& print = made.keys().front().thumbprint();
    EXPECT_EQ(to_base64url({reinterpret_cast<const char*>(print.data()), print.size()}),
              "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    EXPECT_TRUE(made.holds(print));
    EXPECT_FALSE(parsed({key_of(key_kind::p256).jwk()}).holds(print));
}

TEST(KeySet, TheKeyThatIsMeantIsChosen) {
    const auto made = parsed({key_of(key_kind::rsa).jwk(), key_of(key_kind::p256).jwk(),
                              key_of(key_kind::ed25519).jwk()});
    const auto chosen = [&](algorithm by, std::optional<std::string> kid) {
        return made.choose({by, std::move(kid), ""});
    };
    EXPECT_EQ(chosen(algorithm::es256, "p256-1"), &made.keys()[1]);
    EXPECT_EQ(chosen(algorithm::es256, {}), &made.keys()[1]);
    EXPECT_EQ(chosen(algorithm::rs256, "p256-1").error(), token_fault::unfit_key);
    EXPECT_EQ(chosen(algorithm::hs256, "rsa-1").error(), token_fault::unfit_key);
    EXPECT_EQ(chosen(algorithm::es384, {}).error(), token_fault::unknown_key);
    for (const auto* kid : {"", "p256", "../../etc/passwd", "' OR 1=1 --", "P256-1"})
        EXPECT_EQ(chosen(algorithm::es256, kid).error(), token_fault::unknown_key);
    EXPECT_EQ(chosen(algorithm::es256, std::string("p256-1\0", 7)).error(),
              token_fault::unknown_key);
}

TEST(KeySet, WithoutANameTwoThatFitAreNone) {
    const fixture::signing_key one(key_kind::p256, "one"), other(key_kind::p256, "other");
    const auto made = parsed({one.jwk(), other.jwk()});
    EXPECT_EQ(made.choose({algorithm::es256, {}, ""}).error(), token_fault::unknown_key);
    EXPECT_TRUE(made.choose({algorithm::es256, "one", ""}));
}

TEST(KeySet, ANamelessKeyIsNotMeantByAName) {
    const auto made = parsed({fmt::format("{{{}}}", key_of(key_kind::p256).numbers())});
    EXPECT_TRUE(made.choose({algorithm::es256, {}, ""}));
    EXPECT_EQ(made.choose({algorithm::es256, "p256-1", ""}).error(), token_fault::unknown_key);
}

}  // namespace
}  // namespace headroom::auth
