#include "service/tenancy/system_defaults.hpp"

#include <gtest/gtest.h>

namespace headroom::service::tenancy {
namespace {

TEST(SystemDefaults, AreAnObjectOfWellFormedValues) {
    const auto some = parse_system_defaults(
        R"({"limit.users": {"type": "integer", "value": 5},
            "beta": {"type": "boolean", "value": true}})");
    ASSERT_TRUE(some);
    EXPECT_EQ(*some, (system_defaults{{"beta", R"({"type":"boolean","value":true})"},
                                      {"limit.users", R"({"type":"integer","value":5})"}}));
    EXPECT_EQ(parse_system_defaults(""), system_defaults{});
}

TEST(SystemDefaults, AFaultIsNamedWithItsKey) {
    const auto wrong = parse_system_defaults(R"({"a": {"type": "integer", "value": "5"}})");
    ASSERT_FALSE(wrong);
    EXPECT_EQ(wrong.error(), "be well-formed: a/value must be of type integer");
    EXPECT_FALSE(parse_system_defaults("[]"));
    EXPECT_FALSE(parse_system_defaults("{"));
    EXPECT_FALSE(parse_system_defaults(R"({"Key": {"type": "boolean", "value": true}})"));
}

}  // namespace
}  // namespace headroom::service::tenancy
