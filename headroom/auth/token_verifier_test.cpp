#include "headroom/auth/token_verifier.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

#include "headroom/auth/token_verifier_fixture.hpp"

namespace headroom::auth {
namespace {

using fixture::at;
using fixture::claims_of;
using fixture::home;
using fixture::key_of;
using fixture::neighbour;
using fixture::noon;
using enum token_fault;

class TokenVerifier : public ::testing::Test {
protected:
    TokenVerifier() { shelf.put(home, fixture::all_jwks()); }

    token_fault fault_of(std::string_view token, long when = noon) {
        const auto made = tokens.verify(token, at(when));
        if (made) throw std::logic_error("a token was accepted");
        return made.error().why;
    }

    fixture::key_shelf shelf;
    token_verifier tokens{{fixture::policy_of(home)}, shelf.source(), 100};
    const std::string good = key_of(key_kind::p256).token(algorithm::es256, claims_of());
};

TEST_F(TokenVerifier, ATokenOfEachAlgorithmIsAPrincipal) {
    for (unsigned i = 0; i < algorithm_count; ++i) {
        const auto by = static_cast<algorithm>(i);
        if (kind_for(by) == key_kind::octets) continue;
        const auto token = key_of(kind_for(by)).token(by, claims_of());
        const auto made = tokens.verify(token, at(noon));
        ASSERT_TRUE(made) << to_string(by) << to_string(made.error().why);
        EXPECT_EQ((*made)->subject, "user-1");
        EXPECT_EQ((*made)->tenant->text(), "acme");
    }
}

TEST_F(TokenVerifier, ASubjectWithBlanksIsThePrincipals) {
    auto claims = claims_of();
    claims.replace(claims.find("user-1"), 6, "Ada  Lovelace 1");
    const auto token = key_of(key_kind::p256).token(algorithm::es256, claims);
    const auto made = tokens.verify(token, at(noon));
    ASSERT_TRUE(made) << to_string(made.error().why);
    EXPECT_EQ((*made)->subject, "Ada  Lovelace 1");
}

TEST_F(TokenVerifier, SecretsOfLocalSetsVerifyWhereThePolicySaysSo) {
    const std::string octets(32, 's');
    const auto token = fixture::hmac_token(algorithm::hs256, octets,
                                           R"({"alg":"HS256","typ":"at+jwt"})", claims_of());
    shelf.put(home, {fmt::format(R"({{"kty":"oct","k":"{}"}})", to_base64url(octets))},
              key_origin::local);
    EXPECT_EQ(fault_of(token), algorithm_refused);
    auto policy = fixture::policy_of(home);
    policy.algorithms = {algorithm::hs256};
    token_verifier local({policy}, shelf.source(), 0);
    EXPECT_TRUE(local.verify(token, at(noon)));
    EXPECT_EQ(local.verify(good, at(noon)).error().why, algorithm_refused);
}

TEST_F(TokenVerifier, AnyChangeOfATokenIsRefused) {
    ASSERT_TRUE(tokens.verify(good, at(noon)));
    EXPECT_TRUE(rc::check([this] {
        auto other = good;
        const auto place = *rc::gen::inRange<std::size_t>(0, good.size());
        switch (*rc::gen::inRange(0, 4)) {
            case 0: other[place] = *rc::gen::arbitrary<char>(); break;
            case 1: other.erase(place, *rc::gen::inRange<std::size_t>(1, 8)); break;
            case 2: other.insert(place, 1, *rc::gen::arbitrary<char>()); break;
            default: std::swap(other[place], other[*rc::gen::inRange<std::size_t>(0, good.size())]);
        }
        RC_PRE(other != good);
        RC_ASSERT(!tokens.verify(other, at(noon)));
    }));
}

TEST_F(TokenVerifier, EveryBitOfATokenCounts) {
    for (std::size_t place = 0; place < good.size(); ++place)
        for (int bit = 0; bit < 8; bit += 2) {
            auto other = good;
            other[place] = static_cast<char>(other[place] ^ 1 << bit);
            EXPECT_FALSE(tokens.verify(other, at(noon))) << place << " " << bit;
        }
}

TEST_F(TokenVerifier, ATokenDoesNotBringItsOwnKey) {
    const fixture::signing_key forged(key_kind::p256, "p256-1");
    for (const auto& more :
         {R"("jwk":)" + forged.jwk(), std::string(R"("jku":"http://127.0.0.1:1/keys")"),
          std::string(R"("x5u":"http://127.0.0.1:1/cert")"), std::string(R"("x5c":["AAAA"])")}) {
        const auto header = R"({"alg":"ES256","typ":"at+jwt","kid":"p256-1",)" + more + "}";
        EXPECT_EQ(fault_of(forged.token(algorithm::es256, header, claims_of())), bad_signature);
        const auto own = key_of(key_kind::p256).token(algorithm::es256, header, claims_of());
        EXPECT_TRUE(tokens.verify(own, at(noon)));
    }
}

TEST_F(TokenVerifier, BadTokensAreRefusedBeforeAKeyIsLookedFor) {
    const auto& key = key_of(key_kind::p256);
    const auto with = [&](std::string_view claims) { return key.token(algorithm::es256, claims); };
    EXPECT_EQ(fault_of(std::string(1 << 20, 'a')), too_large);
    EXPECT_EQ(fault_of(""), not_three_parts);
    EXPECT_EQ(fault_of("a.b.c.d.e"), not_three_parts);
    EXPECT_EQ(fault_of(good + "="), not_base64url);
    EXPECT_EQ(fault_of(with(R"({"iss":"https://id.example","sub":"a","sub":"b"})")), not_json);
    EXPECT_EQ(fault_of(with(R"("eyJhbGciOiJFUzI1NiJ9.e30.AAAA")")), not_json);  // a nested token
    EXPECT_EQ(fault_of(with(good)), not_json);
    EXPECT_EQ(fault_of(with(R"({"iss":"https://elsewhere.example"})")), unknown_issuer);
    EXPECT_EQ(fault_of(with(R"({"iss":["https://id.example"]})")), unknown_issuer);
    EXPECT_EQ(fault_of(with("{}")), unknown_issuer);
    EXPECT_EQ(shelf.asked.load(), 0);
}

TEST_F(TokenVerifier, ClaimsAreLookedAt) {
    EXPECT_EQ(fault_of(good, noon + 660), expired);
    const auto other = key_of(key_kind::p256).token(
        algorithm::es256, R"({"alg":"ES256","kid":"p256-1","typ":"JWT"})", claims_of());
    EXPECT_EQ(fault_of(other), wrong_type);
    const auto logout = key_of(key_kind::p256).token(
        algorithm::es256, R"({"alg":"ES256","kid":"p256-1","typ":"logout+jwt"})", claims_of());
    EXPECT_EQ(fault_of(logout), wrong_type);
}

TEST_F(TokenVerifier, WithoutKeysItIsNotTheClientsFault) {
    shelf.remove(home);
    EXPECT_EQ(fault_of(good), no_keys);
    EXPECT_EQ(status_of(no_keys), 503U);
}

TEST_F(TokenVerifier, AnUnknownKeyIsNamedToWhoMayFetchIt) {
    const fixture::signing_key other(key_kind::p256, "p256-2");
    const auto made = tokens.verify(other.token(algorithm::es256, claims_of()), at(noon));
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().why, unknown_key);
    EXPECT_EQ(made.error().issuer, home);
    EXPECT_EQ(made.error().kid, "p256-2");
    shelf.put(home, {other.jwk()});
    EXPECT_TRUE(tokens.verify(other.token(algorithm::es256, claims_of()), at(noon)));
}

TEST_F(TokenVerifier, IssuersDoNotSpeakForEachOther) {
    const fixture::signing_key same_name(key_kind::p256, "p256-1");
    shelf.put(neighbour, {same_name.jwk()});
    auto ours = fixture::policy_of(home), theirs = fixture::policy_of(neighbour);
    ours.tenants = {"acme"};
    theirs.tenants = {"globex"};
    token_verifier both({ours, theirs}, shelf.source(), 100);
    const auto fault = [&](const fixture::signing_key& by,
                           const std::string& claims) -> std::optional<token_fault> {
        const auto made = both.verify(by.token(algorithm::es256, claims), at(noon));
        if (!made) return made.error().why;
        return std::nullopt;
    };
    const auto& home_key = key_of(key_kind::p256);
    EXPECT_EQ(fault(home_key, claims_of(home)), std::nullopt);
    EXPECT_EQ(fault(home_key, claims_of(neighbour)), bad_signature);
    EXPECT_EQ(fault(same_name, claims_of(home)), bad_signature);
    EXPECT_EQ(fault(same_name, claims_of(neighbour)), wrong_tenant);  // the token says acme
}

TEST_F(TokenVerifier, ARepeatedTokenIsNotVerifiedAgain) {
    const auto first = tokens.verify(good, at(noon)), second = tokens.verify(good, at(noon + 599));
    ASSERT_TRUE(first && second);
    EXPECT_EQ(*first, *second);
    EXPECT_EQ(tokens.cache_figures().hits, 1U);
    EXPECT_EQ(tokens.cache_figures().entries, 1U);
}

TEST_F(TokenVerifier, NothingIsRememberedBeyondTheExpiry) {
    ASSERT_TRUE(tokens.verify(good, at(noon)));
    EXPECT_TRUE(tokens.verify(good, at(noon + 600)));  // within the leeway: verified once more
    EXPECT_EQ(tokens.cache_figures().hits, 0U);
    EXPECT_EQ(fault_of(good, noon + 660), expired);
    EXPECT_EQ(tokens.cache_figures().entries, 0U);
}

TEST_F(TokenVerifier, NorBeyondTheGreatestAge) {
    auto policy = fixture::policy_of(home);
    policy.age_max = std::chrono::seconds(30);
    policy.leeway = std::chrono::seconds(0);
    token_verifier young({policy}, shelf.source(), 100);
    ASSERT_TRUE(young.verify(good, at(noon)));
    EXPECT_TRUE(young.verify(good, at(noon + 29)));
    EXPECT_EQ(young.verify(good, at(noon + 30)).error().why, too_old);
}

TEST_F(TokenVerifier, AKeyThatGoesTakesItsTokensAlong) {
    ASSERT_TRUE(tokens.verify(good, at(noon)));
    shelf.put(home, {key_of(key_kind::rsa).jwk()});
    EXPECT_EQ(fault_of(good), unknown_key);
    EXPECT_EQ(tokens.cache_figures().entries, 0U);
    // A key that takes over the name does not take over the tokens.
    shelf.put(home, fixture::all_jwks());
    ASSERT_TRUE(tokens.verify(good, at(noon)));
    shelf.put(home, {fixture::signing_key(key_kind::p256, "p256-1").jwk()});
    EXPECT_EQ(fault_of(good), bad_signature);
}

TEST_F(TokenVerifier, AFetchOfTheSameKeysForgetsNothing) {
    ASSERT_TRUE(tokens.verify(good, at(noon)));
    shelf.put(home, fixture::all_jwks());
    EXPECT_TRUE(tokens.verify(good, at(noon)));
    EXPECT_EQ(tokens.cache_figures().hits, 1U);
}

TEST_F(TokenVerifier, ARefusalIsNotRemembered) {
    const auto early = key_of(key_kind::p256).token(
        algorithm::es256, claims_of(home, fmt::format(R"(,"nbf":{})", noon + 300)));
    EXPECT_EQ(fault_of(early), not_yet_valid);
    EXPECT_TRUE(tokens.verify(early, at(noon + 300)));
}

}  // namespace
}  // namespace headroom::auth
