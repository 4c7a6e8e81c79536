#include "headroom/auth/oidc/pkce.hpp"

#include <gtest/gtest.h>

#include "headroom/auth/random_text.hpp"

namespace headroom::auth {
namespace {

TEST(Pkce, TheChallengeIsThatOfTheStandard) {
    EXPECT_EQ(pkce_challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"),
              "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");  // RFC 7636, appendix B
}

TEST(Pkce, AVerifierIsAsLongAsTheStandardAsksAndNeverTheSame) {
    const auto one = random_text();
    EXPECT_EQ(one.size(), unguessable_length);
    EXPECT_NE(one, random_text());
}

}  // namespace
}  // namespace headroom::auth
