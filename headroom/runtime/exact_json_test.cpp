#include "headroom/runtime/exact_json.hpp"

#include <gtest/gtest.h>

#include <string>

namespace headroom {
namespace {

const exact_json_rules strict{.depth_max = 4, .names = repeated_names::refused};

boost::json::error_code fault_of(std::string_view text, const exact_json_rules& rules = strict) {
    boost::json::error_code broken;
    read_exactly(text, rules, broken);
    return broken;
}

TEST(ExactJson, ARepeatedNameIsRefusedAtAnyDepth) {
    for (const auto* text : {R"({"a":1,"a":2})", R"({"a":1,"\u0061":2})",
                             R"([{"b":{"a":1,"a":1}}])", R"({"a":{"b":1},"c":0,"a":2})",
                             R"({"":1,"":2})"})
        EXPECT_EQ(fault_of(text), boost::system::errc::bad_message) << text;
    for (const auto* text : {R"({"a":{"a":1},"b":{"a":1}})", R"([{"a":1},{"a":1}])", "{}", "[]"})
        EXPECT_FALSE(fault_of(text)) << text;
}

TEST(ExactJson, OrTheLastOneCounts) {
    boost::json::error_code broken;
    const auto read = read_exactly(R"({"a":1,"a":2})", {}, broken);
    ASSERT_FALSE(broken);
    EXPECT_EQ(read.at("a"), 2);
}

TEST(ExactJson, WhatIsNoTextIsRefused) {
    for (const auto* text : {R"("\ud800")", R"("\udc00")", R"("\ud800\u0041")", "\"\x80\"",
                             "\"\xc0\xaf\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"a\nb\"",
                             "", " ", "{} {}", "{\"a\":1,}", "NaN", "01", "'a'"})
        EXPECT_TRUE(fault_of(text)) << text;
    EXPECT_TRUE(fault_of(std::string_view("{}\0", 3)));
}

TEST(ExactJson, ItIsAsDeepAsTheRuleSays) {
    EXPECT_FALSE(fault_of("[[[[]]]]"));
    EXPECT_TRUE(fault_of("[[[[[]]]]]"));
    EXPECT_TRUE(fault_of(std::string(1 << 16, '[')));
}

}  // namespace
}  // namespace headroom
