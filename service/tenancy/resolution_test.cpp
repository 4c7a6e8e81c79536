#include "service/tenancy/resolution.hpp"

#include <gtest/gtest.h>

namespace headroom::service::tenancy {
namespace {

std::optional<resolved_value> value(const std::string& json) {
    return resolved_value{"key", json, value_source::tenant};
}

TEST(Resolution, TheTenantsOwnValueDecidesThenTheDefault) {
    const system_defaults defaults{{"a", "1"}};
    EXPECT_EQ(resolve("a", "2", defaults), (resolved_value{"a", "2", value_source::tenant}));
    EXPECT_EQ(resolve("a", std::nullopt, defaults),
              (resolved_value{"a", "1", value_source::system_default}));
    EXPECT_FALSE(resolve("b", std::nullopt, defaults));
}

TEST(Features, ATenantStandsWhereItAlwaysStood) {
    EXPECT_EQ(rollout_bucket("feature.dark_mode", "acme-corp"), 34U);
    EXPECT_EQ(rollout_bucket("feature.new_ui", "acme"), 73U);
    EXPECT_EQ(rollout_bucket("beta", "tenant-1"), 12U);
    EXPECT_EQ(rollout_bucket("beta", "tenant-2"), 54U);
}

TEST(Features, APercentageIsOnForTheBucketsBelowIt) {
    EXPECT_FALSE(is_on("beta", "tenant-1", value(R"({"type":"percentage","value":12})")));
    EXPECT_TRUE(is_on("beta", "tenant-1", value(R"({"type":"percentage","value":13})")));
    EXPECT_TRUE(is_on("beta", "tenant-1", value(R"({"type":"percentage","value":12.5})")));
    EXPECT_TRUE(is_on("beta", "tenant-2", value(R"({"type":"percentage","value":100})")));
    EXPECT_FALSE(is_on("beta", "tenant-2", value(R"({"type":"percentage","value":0})")));
}

TEST(Features, AnythingElseIsOff) {
    EXPECT_TRUE(is_on("beta", "t", value(R"({"type":"boolean","value":true})")));
    EXPECT_FALSE(is_on("beta", "t", std::nullopt));
    for (const auto* off :
         {R"({"type":"boolean","value":false})", R"({"type":"integer","value":1})",
          R"({"type":"string","value":"on"})", "true", "{", ""})
        EXPECT_FALSE(is_on("beta", "t", value(off))) << off;
    EXPECT_EQ(require_feature("beta", "t", std::nullopt).error().code,
              error_code::feature_disabled);
}

TEST(Limits, ARequestThatGoesBeyondIsRefusedWithItsFigures) {
    const auto three = value(R"({"type":"integer","value":3})");
    EXPECT_EQ(require_room("agents", 1, 1, three), (allowance{3, 1}));
    EXPECT_EQ(require_room("agents", 2, 1, three), (allowance{3, 0}));
    const auto refused = require_room("agents", 3, 1, three);
    ASSERT_FALSE(refused);
    EXPECT_EQ(http_status(refused.error().code), 429);
    EXPECT_EQ(refused.error().context[1].second, "3");
}

TEST(Limits, WithoutOneNothingIsLimited) {
    EXPECT_EQ(require_room("agents", 5, 1, std::nullopt), (allowance{unlimited, unlimited - 6}));
    EXPECT_FALSE(require_room("agents", unlimited, 1, std::nullopt));
}

}  // namespace
}  // namespace headroom::service::tenancy
