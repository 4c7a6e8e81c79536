#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <limits>

#include "headroom/tasks/any_value_fixture.hpp"
#include "headroom/tasks/testdata_fixture.hpp"
#include "headroom/tasks/wire/base64.hpp"
#include "headroom/tasks/wire/json_reader.hpp"
#include "headroom/tasks/wire/json_writer.hpp"

namespace headroom::tasks {
namespace {

codec_fault_kind json_fault(std::string_view text, const codec_limits& limits = {}) {
    const auto read = read_json(text, limits);
    EXPECT_FALSE(read) << text.substr(0, 60);
    return read ? codec_fault_kind::unsupported : read.error().kind;
}

std::string times(std::size_t count, std::string_view text) {
    std::string made;
    for (std::size_t i = 0; i < count; ++i) made += text;
    return made;
}

TEST(Json, IsReadAndWrittenAsPythonDoes) {
    for (const auto& row : testdata_rows("python_json.tsv", 250)) {
        const auto text = from_base64(row[0]).value();
        const auto read = read_json(text);
        EXPECT_EQ(read ? to_json(*read).value() : "ERROR", row[1]) << text.substr(0, 100);
    }
}

RC_GTEST_PROP(Json, EveryValueIsReadAsItWasWritten, ()) {
    const auto is = any_value();
    const auto text = to_json(is).value();
    RC_ASSERT(std::ranges::all_of(text, [](char c) { return c >= ' ' && c <= '~'; }));
    RC_ASSERT(read_json(text).value() == is);
}

RC_GTEST_PROP(Json, AnyBytesAreReadOrRefused, (const std::string& bytes)) {
    if (const auto read = read_json(bytes)) RC_ASSERT(to_json(*read).has_value());
}

TEST(Json, NotANumberIsAcceptedAndNeverWritten) {
    const auto read = json_value("[NaN, Infinity, -Infinity]");
    const auto& items = *read.get<array>();
    EXPECT_TRUE(std::isnan(*items[0].get<double>()));
    EXPECT_EQ(items[2], value(-std::numeric_limits<double>::infinity()));
    EXPECT_EQ(to_json(read), "[null, null, null]");
}

TEST(Json, ALoneSurrogateIsKeptAsAnEscapeAndRefusedAsBytes) {
    EXPECT_EQ(to_json(json_value(R"("\ud83d.\ude00")")), R"("\ud83d.\ude00")");
    EXPECT_EQ(json_fault("\"\xED\xA0\x80\""), codec_fault_kind::malformed);
}

TEST(Json, BytesAreTheTextTheyAreOrRefused) {
    EXPECT_EQ(to_json(byte_string{"\u00e9"}), R"("\u00e9")");
    EXPECT_EQ(to_json(array{byte_string{"\xFF"}}).error().message(),
              "wrong shape: bytes that are not UTF-8");
    EXPECT_FALSE(to_json(std::string("\xFF")));
    EXPECT_FALSE(to_json(object{{"\xFF", 1}}));
}

TEST(JsonLimits, BytesAreCountedBeforeAnythingIsRead) {
    EXPECT_TRUE(read_json("[1]", {.bytes = 3}));
    EXPECT_EQ(json_fault("[1] ", {.bytes = 3}), codec_fault_kind::too_large);
    EXPECT_EQ(json_fault(std::string((1 << 20) + 1, ' ')), codec_fault_kind::too_large);
}

TEST(JsonLimits, ContainersNestAsDeepAsTheLimitSays) {
    EXPECT_TRUE(read_json(times(64, "[") + times(64, "]")));
    EXPECT_EQ(json_fault(times(65, "[") + times(65, "]")), codec_fault_kind::too_deep);
    EXPECT_EQ(json_fault(times(65, R"({"a":)") + "1" + times(65, "}")),
              codec_fault_kind::too_deep);
    EXPECT_TRUE(read_json("[" + times(200, "[],") + "[]]"));  // beside each other, not within
}

TEST(JsonLimits, ValuesAreCountedNamesIncluded) {
    EXPECT_TRUE(read_json("[1, 2]", {.values = 3}));
    EXPECT_EQ(json_fault("[1, 2]", {.values = 2}), codec_fault_kind::too_many);
    EXPECT_EQ(json_fault(R"({"a": 1})", {.values = 2}), codec_fault_kind::too_many);
    EXPECT_EQ(json_fault("[" + times(100'000, "0,") + "0]"), codec_fault_kind::too_many);
}

TEST(JsonLimits, ANumberHasAsManyDigitsAsPythonReads) {
    EXPECT_TRUE(read_json("-" + times(integer_digits_max, "9")));
    EXPECT_EQ(json_fault(times(integer_digits_max + 1, "9")), codec_fault_kind::too_large);
    EXPECT_EQ(json_fault("0." + times(integer_digits_max, "9")), codec_fault_kind::too_large);
}

TEST(JsonLimits, TheWriterRefusesWhatNoReaderTakes) {
    value deep;
    for (std::size_t i = 0; i < codec_depth_max; ++i) {
        array around;
        around.push_back(std::move(deep));
        deep = std::move(around);
    }
    EXPECT_TRUE(to_json(deep));
    EXPECT_EQ(to_json(object{{"a", deep}}).error().kind, codec_fault_kind::too_deep);
}

TEST(JsonFault, NamesThePlaceAndNeverTheContent) {
    const auto fault = read_json(R"({"password": "geheim" "x"})").error();
    EXPECT_EQ(fault.message(), "malformed at byte 22: an object that does not end");
}

}  // namespace
}  // namespace headroom::tasks
