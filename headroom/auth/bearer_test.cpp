#include "headroom/auth/bearer.hpp"

#include <gtest/gtest.h>

#include <vector>

namespace headroom::auth {
namespace {

std::expected<std::string_view, token_fault> token_in(std::vector<std::string_view> fields) {
    return bearer_token(fields);
}

TEST(Bearer, TheSchemesCaseDoesNotMatter) {
    for (const auto* field : {"Bearer a.b-c_d~e+f/1==", "bearer a.b-c_d~e+f/1==",
                              "BEARER   a.b-c_d~e+f/1=="})
        EXPECT_EQ(token_in({field}), "a.b-c_d~e+f/1==") << field;
}

TEST(Bearer, ExactlyOneCredentialIsPresented) {
    EXPECT_EQ(token_in({}).error(), token_fault::no_credentials);
    EXPECT_EQ(token_in({"Basic dTpw"}).error(), token_fault::no_credentials);
    EXPECT_EQ(token_in({""}).error(), token_fault::no_credentials);
    EXPECT_EQ(token_in({"Bearer a", "Bearer a"}).error(), token_fault::many_credentials);
    EXPECT_EQ(token_in({"Basic dTpw", "Bearer a"}).error(), token_fault::many_credentials);
}

TEST(Bearer, WhatFollowsIsOneToken) {
    for (const auto* field : {"Bearer", "Bearer ", "Bearer a b", "Bearer a,b", "Bearer =",
                              "Bearer a ", "Bearer a=b", "Bearer \"a\"", "Bearer a\tb",
                              "Bearer \xc3\xa9"})
        EXPECT_EQ(token_in({field}).error(), token_fault::malformed_credentials) << field;
    EXPECT_EQ(token_in({"Bearera"}).error(), token_fault::no_credentials);
}

TEST(TokenFault, HasTheThreeErrorsOfTheStandardAndNoOther) {
    const auto is = [](token_fault fault, unsigned status, std::string_view error) {
        EXPECT_EQ(status_of(fault), status) << to_string(fault);
        EXPECT_EQ(bearer_error(fault), error) << to_string(fault);
    };
    is(token_fault::no_credentials, 401, "");
    is(token_fault::many_credentials, 400, "invalid_request");
    is(token_fault::malformed_credentials, 400, "invalid_request");
    is(token_fault::no_keys, 503, "");
    is(token_fault::insufficient_scope, 403, "insufficient_scope");
    for (auto fault = token_fault::too_large; fault < token_fault::insufficient_scope;
         fault = static_cast<token_fault>(static_cast<int>(fault) + 1))
        if (fault != token_fault::no_keys) is(fault, 401, "invalid_token");
}

TEST(TokenFault, IsTheChallenge) {
    EXPECT_EQ(challenge("api", token_fault::no_credentials), R"(Bearer realm="api")");
    EXPECT_EQ(challenge("a\"\\\n", token_fault::expired),
              R"(Bearer realm="a\"\\?", error="invalid_token", )"
              R"(error_description="The token has expired.")");
    EXPECT_EQ(challenge("api", token_fault::insufficient_scope, "read write"),
              R"(Bearer realm="api", error="insufficient_scope", )"
              R"(error_description="The token's scope does not suffice.", scope="read write")");
}

}  // namespace
}  // namespace headroom::auth
