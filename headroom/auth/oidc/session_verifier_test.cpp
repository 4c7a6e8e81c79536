#include "headroom/auth/oidc/session_verifier.hpp"

#include <gtest/gtest.h>

#include "headroom/auth/base64url.hpp"

namespace headroom::auth {
namespace {

std::string unsigned_token(std::string_view claims) {
    return to_base64url(R"({"alg":"ES256","typ":"at+jwt"})") + "." + to_base64url(claims) + "." +
           to_base64url(std::string(64, 's'));
}

TEST(NamesAudience, OfAJwtForUsAlone) {
    const std::vector<std::string> ours{"api", "https://api.example"};
    EXPECT_TRUE(names_audience(unsigned_token(R"({"aud":"api"})"), ours));
    EXPECT_TRUE(names_audience(unsigned_token(R"({"aud":["x","https://api.example"]})"), ours));
    for (const auto* claims : {R"({"aud":"other"})", R"({"aud":["x",7]})", R"({"aud":7})", "{}",
                               R"({"aud":null})", "[]", R"({"aud":"api","aud":"api"})"})
        EXPECT_FALSE(names_audience(unsigned_token(claims), ours)) << claims;
    for (const auto* opaque : {"", "a.b.c", "an-opaque-token"})
        EXPECT_FALSE(names_audience(opaque, ours)) << opaque;
    EXPECT_FALSE(names_audience(unsigned_token(R"({"aud":"api"})"), {}));
    EXPECT_FALSE(names_audience(std::string(token_bytes_max + 1, 'a'), ours));
}

}  // namespace
}  // namespace headroom::auth
