#include "headroom/auth/authenticator.hpp"

#include <gtest/gtest.h>

#include "headroom/auth/token_verifier_fixture.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::auth {
namespace {

using looked = key_source::looked;

class Authenticator : public ::testing::Test {
protected:
    /// "" or the fault's word; a look at the issuer answers `found`, and adds the keys if it may.
    std::string outcome(looked found, bool brings_the_key) {
        token_verifier tokens({fixture::policy_of(fixture::home)}, shelf.source(), 10);
        const authenticator by(
            tokens,
            [&](std::string_view issuer, deadline) -> task<looked> {
                EXPECT_EQ(issuer, fixture::home);
                ++looks;
                if (brings_the_key) shelf.put(fixture::home, fixture::all_jwks());
                co_return found;
            },
            [] { return fixture::at(fixture::noon); });
        std::string said;
        testing::run([&]() -> task<void> {
            const auto who = co_await by.verify(token, testing::soon());
            said = who ? "" : std::string(to_string(who.error().why));
        });
        return said;
    }

    fixture::key_shelf shelf;
    int looks = 0;
    std::string token =
        fixture::key_of(key_kind::p256).token(algorithm::es256, fixture::claims_of());
};

TEST_F(Authenticator, AKnownKeyAsksNobody) {
    shelf.put(fixture::home, fixture::all_jwks());
    EXPECT_EQ(outcome(looked::unavailable, false), "");
    EXPECT_EQ(looks, 0);
}

TEST_F(Authenticator, AnUnknownKeyIsLookedForOnce) {
    shelf.put(fixture::home, {fixture::key_of(key_kind::rsa).jwk()});
    EXPECT_EQ(outcome(looked::again, true), "");
    EXPECT_EQ(looks, 1);
}

TEST_F(Authenticator, OneThatIsNotFoundIsUnknown) {
    shelf.put(fixture::home, {fixture::key_of(key_kind::rsa).jwk()});
    EXPECT_EQ(outcome(looked::again, false), "unknown_key");
    EXPECT_EQ(looks, 1);
}

TEST_F(Authenticator, AnIssuerThatDoesNotAnswerIsNotTheTokensFault) {
    EXPECT_EQ(outcome(looked::unavailable, false), "no_keys");
    shelf.put(fixture::home, {fixture::key_of(key_kind::rsa).jwk()});
    EXPECT_EQ(outcome(looked::unavailable, false), "no_keys");
}

TEST_F(Authenticator, AtTheStartATokenWaitsForTheFirstKeys) {
    EXPECT_EQ(outcome(looked::again, true), "");
}

TEST_F(Authenticator, WhatIsWrongByItselfAsksNobody) {
    token += "x";
    shelf.put(fixture::home, fixture::all_jwks());
    EXPECT_NE(outcome(looked::again, true), "");
    EXPECT_EQ(looks, 0);
}

}  // namespace
}  // namespace headroom::auth
