#include "headroom/eventsourcing/exact_json.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <bit>
#include <boost/json.hpp>

namespace headroom::eventsourcing {
namespace {

namespace json = boost::json;

bool is_read(std::string_view text, std::size_t depth_max = state_depth_max) {
    json::error_code broken;
    parse_exactly(text, broken, depth_max);
    return !broken;
}

TEST(ExactJson, ReadsWhatBoostReads) {
    for (const std::string_view text :
         {R"({"a":[1,-2,18446744073709551615,null,true,"\u00e9\n"],"b":{}})", "[]", "0.5", "\"x\"",
          R"({"twice":1,"twice":2})", "  7  "})
        EXPECT_EQ(parse_exactly(text), json::parse(text)) << text;
}

TEST(ExactJson, ANumberOfManyDigitsIsTheNearestDouble) {
    EXPECT_EQ(parse_exactly("88888888888888888888880e90").as_double(), 8.888888888888888888888e112);
    EXPECT_EQ(parse_exactly("0.1000000000000000055511151231257827").as_double(), 0.1);
    EXPECT_EQ(parse_exactly("1e-400").as_double(), 0.0);
    EXPECT_FALSE(is_read("1e400"));
    EXPECT_FALSE(is_read("[-1e99999999999]"));
}

RC_GTEST_PROP(ExactJson, EveryDoubleIsReadAsItWasWritten, (std::uint64_t bits)) {
    const auto written = std::bit_cast<double>(bits);
    RC_PRE(std::isfinite(written));
    const auto text = json::serialize(json::value(written));
    const auto read = parse_exactly(text).to_number<double>();
    RC_ASSERT(std::bit_cast<std::uint64_t>(read) == bits);
    RC_ASSERT(json::serialize(parse_exactly(text)) == text);
}

TEST(ExactJson, WhatIsNoDocumentIsRefused) {
    for (const std::string_view text :
         {"", "{", "[1,]", "{} x", "01", "1.", "NaN", "// no\n1", "'a'", "\"\xff\"", "[1] [2]"})
        EXPECT_FALSE(is_read(text)) << text;
    EXPECT_TRUE(is_read("[[[]]]", 3));
    EXPECT_FALSE(is_read("[[[[]]]]", 3));
    EXPECT_THROW(parse_exactly("{"), boost::system::system_error);
}

}  // namespace
}  // namespace headroom::eventsourcing
