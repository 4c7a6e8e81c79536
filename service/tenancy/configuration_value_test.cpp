#include "service/tenancy/configuration_value.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

namespace headroom::service::tenancy {
namespace {

std::vector<std::string> faults_of(std::string_view text) {
    std::vector<std::string> lines;
    const auto checked = check_configuration_value(boost::json::parse(text));
    if (!checked)
        for (const auto& each : checked.error()) lines.push_back(each.pointer + ": " + each.text);
    return lines;
}

using lines = std::vector<std::string>;

TEST(ConfigurationValue, EveryTypeAcceptsItsOwnValues) {
    for (const auto* good :
         {R"({"type":"boolean","value":true})", R"({"type":"integer","value":-3})",
          R"({"type":"float","value":2.5})", R"({"type":"string","value":"","max_length":0})",
          R"({"type":"percentage","value":100})",
          R"({"type":"enum","value":"eu","allowed_values":["eu","us"]})"})
        EXPECT_EQ(faults_of(good), lines{}) << good;
}

TEST(ConfigurationValue, AValueOfAnotherTypeIsNamed) {
    EXPECT_EQ(faults_of(R"({"type":"boolean","value":1})"),
              lines{"/value: must be of type boolean"});
    EXPECT_EQ(faults_of(R"({"type":"integer","value":1.5})"),
              lines{"/value: must be of type integer"});
    EXPECT_EQ(faults_of(R"({"type":"integer","value":18446744073709551615})"),
              lines{"/value: must be of type integer"});
}

TEST(ConfigurationValue, BoundsAreKeptAndThemselvesChecked) {
    EXPECT_EQ(faults_of(R"({"type":"integer","value":5,"min":6})"), lines{"/value: is below min"});
    EXPECT_EQ(faults_of(R"({"type":"float","value":5,"max":4})"), lines{"/value: is above max"});
    EXPECT_EQ(faults_of(R"({"type":"float","value":5,"min":9,"max":4})"),
              (lines{"/min: must not exceed max", "/value: is below min", "/value: is above max"}));
    EXPECT_EQ(faults_of(R"({"type":"percentage","value":100.5})"),
              lines{"/value: must lie between 0 and 100"});
    EXPECT_EQ(faults_of(R"({"type":"string","value":"abc","max_length":2})"),
              lines{"/value: is longer than max_length"});
}

TEST(ConfigurationValue, AnEnumNeedsItsList) {
    EXPECT_EQ(faults_of(R"({"type":"enum","value":"eu"})"),
              lines{"/allowed_values: is required for an enum"});
    EXPECT_EQ(faults_of(R"({"type":"enum","value":"cn","allowed_values":["eu"]})"),
              lines{"/value: is not among allowed_values"});
    const std::string large(1'000, 'x');
    std::string list = "\"eu\"";
    for (int i = 0; i < 100; ++i) list += ",\"" + large + "\"";
    EXPECT_EQ(faults_of(R"({"type":"enum","value":"eu","allowed_values":[)" + list + "]}"),
              lines{"/allowed_values: take more than 65536 bytes together"});
    EXPECT_EQ(faults_of(R"({"type":"enum","value":"eu","allowed_values":[]})"),
              lines{"/allowed_values: must be a list of 1 to 256 strings"});
}

TEST(ConfigurationValue, AllFaultsComeAtOnce) {
    EXPECT_EQ(faults_of(R"({"typ":"boolean","type":"float","min":"x"})"),
              (lines{"/typ: is not known", "/value: is required", "/min: must be a number"}));
    EXPECT_EQ(faults_of("[]"), lines{": must be an object"});
}

TEST(ConfigurationValue, AStringValueHasABound) {
    const auto text =
        R"({"type":"string","value":")" + std::string(string_length_max + 1, 'x') + R"("})";
    EXPECT_EQ(faults_of(text), lines{"/value: is longer than 65536 bytes"});
}

TEST(ConfigurationValue, WhatTheDatabaseCannotStoreIsRefused) {
    EXPECT_EQ(faults_of(R"({"type":"string","value":"a\u0000b"})"),
              lines{"/value: must not hold U+0000"});
    EXPECT_EQ(faults_of(R"({"type":"enum","value":"eu","allowed_values":["eu","\u0000"]})"),
              lines{"/allowed_values: must not hold U+0000"});
}

TEST(ConfigurationKey, IsLowerCaseDottedAndBounded) {
    EXPECT_TRUE(is_configuration_key("feature.dark_mode"));
    EXPECT_TRUE(is_configuration_key(std::string(key_length_max, 'a')));
    EXPECT_FALSE(is_configuration_key(std::string(key_length_max + 1, 'a')));
    for (const auto* bad : {"", ".a", "A", "a b", "a/b", "ä"})
        EXPECT_FALSE(is_configuration_key(bad)) << bad;
}

}  // namespace
}  // namespace headroom::service::tenancy
