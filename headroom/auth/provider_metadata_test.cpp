#include "headroom/auth/provider_metadata.hpp"

#include <gtest/gtest.h>

namespace headroom::auth {
namespace {

constexpr const char* issuer = "https://login.example";

std::string fault(std::string_view document) {
    const auto read = read_metadata(document, issuer, false);
    return read ? "" : read.error();
}

TEST(ProviderMetadata, AreRead) {
    const auto read = read_metadata(
        R"({"issuer":"https://login.example","jwks_uri":"https://keys.example/set",
            "token_endpoint":"https://login.example/token","response_types_supported":["code"],
            "token_endpoint_auth_methods_supported":["client_secret_basic","private_key_jwt"]})",
        issuer, false);
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(read->keys_url, "https://keys.example/set");
    EXPECT_EQ(read->token_url, "https://login.example/token");
    EXPECT_EQ(read->revocation_url, "");
    EXPECT_EQ(read->token_auth_methods.size(), 2U);
}

TEST(ProviderMetadata, TheIssuerIsComparedExactly) {
    for (const auto* other : {"https://login.example/", "https://LOGIN.example",
                              "http://login.example", "https://evil.example", ""})
        EXPECT_NE(fault(std::string(R"({"issuer":")") + other +
                        R"(","jwks_uri":"https://login.example/k"})"), "") << other;
    EXPECT_NE(fault(R"({"jwks_uri":"https://login.example/k"})"), "");
    EXPECT_NE(fault(R"({"issuer":["https://login.example"],"jwks_uri":"https://a/k"})"), "");
}

TEST(ProviderMetadata, WhatCanBeReadInTwoWaysOrNamesNoKeysIsRefused) {
    EXPECT_NE(fault(R"({"issuer":"https://login.example"})"), "");
    EXPECT_NE(fault(R"({"issuer":"https://login.example","jwks_uri":7})"), "");
    EXPECT_NE(fault(R"({"issuer":"https://login.example","jwks_uri":"https://a/k",)"
                    R"("jwks_uri":"https://b/k"})"), "");
    EXPECT_NE(fault("[]"), "");
    EXPECT_NE(fault(std::string(metadata_bytes_max + 1, ' ')), "");
}

TEST(ProviderMetadata, OnlyUrlsOfHttpsAreAsked) {
    for (const auto* url : {"http://login.example/k", "file:///etc/passwd", "/k", "",
                            "https://joe:canary@login.example/k"})
        EXPECT_NE(fault(std::string(R"({"issuer":"https://login.example","jwks_uri":")") + url +
                        R"("})"), "") << url;
    EXPECT_EQ(may_be_asked("http://127.0.0.1:9/k", true), "");
    EXPECT_EQ(may_be_asked("http://localhost:9/k", true), "");
    EXPECT_NE(may_be_asked("http://127.0.0.1:9/k", false), "");
    EXPECT_NE(may_be_asked("http://10.0.0.1/k", true), "");
}

TEST(ProviderMetadata, StandAtTheWellKnownPath) {
    EXPECT_EQ(metadata_url("https://a/realms/b"),
              "https://a/realms/b/.well-known/openid-configuration");
    EXPECT_EQ(metadata_url("https://a/"), "https://a/.well-known/openid-configuration");
}

}  // namespace
}  // namespace headroom::auth
