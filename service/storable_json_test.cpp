#include "service/storable_json.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace headroom::service {
namespace {

namespace json = boost::json;

json::object numbers(const char* each, int count) {
    std::string text = "[";
    for (int i = 0; i < count; ++i) text += std::string(i == 0 ? "" : ",") + each;
    return {{"all", json::parse(text + "]")}};
}

TEST(StorableJson, IsBoundedAsPostgresqlWritesIt) {
    EXPECT_TRUE(storable_json("x", {{"text", std::string(65'000, 'a')}}));
    EXPECT_FALSE(storable_json("x", {{"text", std::string(66'000, 'a')}}));
    EXPECT_FALSE(storable_json("x", {{"text", std::string(12'000, '\x01')}})) << "six bytes each";
    EXPECT_TRUE(storable_json("x", numbers("1.5", 1'000)));
    // 309 digits, and as many behind the point.
    for (const auto* long_one : {"1e308", "-1e308", "1e-308"})
        EXPECT_FALSE(storable_json("x", numbers(long_one, 1'000))) << long_one;
    const auto refused = storable_json("preferences", numbers("1e308", 1'000));
    EXPECT_EQ(refused.error().faults.front().field, "preferences");
}

TEST(StorableJson, HoldsNoCharacterThatPostgresqlCannot) {
    EXPECT_FALSE(storable_json("x", {{"a", json::array{json::string(1, '\0')}}}));
    EXPECT_FALSE(storable_json("x", {{json::string(1, '\0'), 1}}));
}

}  // namespace
}  // namespace headroom::service
