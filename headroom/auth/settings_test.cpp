#include "headroom/auth/settings.hpp"

#include <gtest/gtest.h>

namespace headroom::auth {
namespace {

using namespace std::chrono_literals;
using named = std::vector<std::pair<std::string, std::string>>;

struct auth_reading {
    settings read;
    std::string faults;
};
auth_reading reading_of(const named& variables, profile in = profile::dev) {
    environment from(in);
    for (const auto& [name, value] : variables) from.add(name, value, "test");
    setting_reader reader(from);
    auto read = read_settings(reader);
    const auto sealed = reader.seal("AUTH_");
    return {std::move(read), sealed ? "" : to_string(sealed.error())};
}

TEST(AuthSettings, WithoutAnyNobodyIsLetIn) {
    const auto [read, faults] = reading_of({});
    EXPECT_EQ(faults, "");
    EXPECT_FALSE(read.takes_tokens());
    EXPECT_FALSE(read.bypass);
}

TEST(AuthSettings, TheFirstIssuerSpeaksForThePlatform) {
    const auto [read, faults] = reading_of({{"AUTH_ISSUER", "https://id.example"},
                                            {"AUTH_AUDIENCE", "orders"},
                                            {"AUTH_ALGORITHMS", "RS256,ES256"},
                                            {"AUTH_LEEWAY", "30"},
                                            {"AUTH_JWKS_CACHE_TTL", "600"}});
    EXPECT_EQ(faults, "");
    const auto& policy = read.issuers.at(0).policy;
    EXPECT_EQ(policy.audiences, std::vector<std::string>{"orders"});
    EXPECT_EQ(policy.algorithms, (algorithm_set{algorithm::rs256, algorithm::es256}));
    EXPECT_EQ(policy.leeway, 30s);
    EXPECT_FALSE(policy.tenant_required);
    EXPECT_TRUE(read.is_platform("https://id.example"));
    EXPECT_EQ(read.sources().at(0).within.ttl, 600s);
}

TEST(AuthSettings, TokensThatStateNoTypeAreLetInByName) {
    const auto [read, faults] = reading_of({{"AUTH_ISSUER", "https://id.example"},
                                            {"AUTH_TOKEN_TYPES", "at+jwt,none"}});
    EXPECT_EQ(faults, "");
    EXPECT_EQ(read.issuers.at(0).policy.types, (std::vector<std::string>{"at+jwt", ""}));
}

TEST(AuthSettings, FurtherIssuersSpeakForTheirTenantsAlone) {
    const auto [read, faults] = reading_of(
        {{"AUTH_ISSUER", "https://id.example"},
         {"AUTH_ISSUERS", R"({"https://acme.example": {"tenants": ["acme"], "roles_claim": "groups",
                              "audiences": ["a", "b"], "jwks_url": "https://acme.example/k"}})"}});
    EXPECT_EQ(faults, "");
    ASSERT_EQ(read.issuers.size(), 2U);
    const auto& other = read.issuers[1];
    EXPECT_EQ(other.policy.tenants, std::vector<std::string>{"acme"});
    EXPECT_EQ(other.policy.roles_claim, "groups");
    EXPECT_TRUE(other.policy.tenant_required);
    EXPECT_EQ(other.keys_url, "https://acme.example/k");
    EXPECT_FALSE(read.is_platform("https://acme.example"));
}

TEST(AuthSettings, ThatAFurtherIssuerSpeaksForEveryTenantHasToBeSaid) {
    const auto [read, faults] =
        reading_of({{"AUTH_ISSUERS", R"({"https://new.example": {"any_tenant": true}})"}});
    EXPECT_EQ(faults, "");
    EXPECT_TRUE(read.issuers.at(0).policy.tenants.empty());
    EXPECT_FALSE(read.is_platform("https://new.example"));
}

TEST(AuthSettings, WhatIsWrongIsNamed) {
    const auto wrong = [](const named& variables, profile in = profile::dev) {
        return reading_of(variables, in).faults;
    };
    for (const auto* issuers : {"[]", "{", R"({"https://x.example": 1})",
                                R"({"https://x.example": {"tenants": "acme"}})",
                                R"({"https://x.example": {"tenant": ["acme"]}})",
                                R"({"https://x.example": {"tenants": ["No Tenant"]}})",
                                R"({"http://x.example": {"tenants": ["acme"]}})",
                                R"({"https://x.example": {}})",
                                R"({"https://x.example": {"tenants": []}})",
                                R"({"https://x.example": {"any_tenant": false}})",
                                R"({"https://x.example": {"any_tenant": true, "tenants": ["a"]}})",
                                R"({"https://x.example": {"any_tenant": true},
                                    "https://x.example": {"any_tenant": true}})"})
        EXPECT_NE(wrong({{"AUTH_ISSUERS", issuers}}).find("AUTH_ISSUERS"), std::string::npos)
            << issuers;
    EXPECT_NE(wrong({{"AUTH_ALGORITHMS", "HS256"}}), "");
    EXPECT_NE(wrong({{"AUTH_ALGORITHMS", "none"}}), "");
    EXPECT_NE(wrong({{"AUTH_LEEWAY", "301"}}), "");
    EXPECT_NE(wrong({{"AUTH_JWKS_CACHE_TTL", "29"}}), "");
    EXPECT_NE(wrong({{"AUTH_OPERATOR_KEYS", "short:1"}}), "");
    EXPECT_NE(wrong({{"AUTH_ISSUER", "http://id.example"}}), "");
}

TEST(AuthSettings, HttpIsForTheOwnMachineInDevelopment) {
    const named local{{"AUTH_ISSUER", "http://127.0.0.1:9000"}};
    EXPECT_EQ(reading_of(local).faults, "");
    EXPECT_NE(reading_of(local, profile::production).faults, "");
}

TEST(AuthSettings, ProductionHasNoBypass) {
    const named open{{"AUTH_DEV_BYPASS", "true"}};
    EXPECT_TRUE(reading_of(open).read.bypass);
    EXPECT_NE(reading_of(open, profile::production).faults.find("AUTH_DEV_BYPASS"),
              std::string::npos);
}

}  // namespace
}  // namespace headroom::auth
