#include "headroom/http/typed/value.hpp"

#include <gtest/gtest.h>

#include <boost/json.hpp>

#include "headroom/http/typed/constrained.hpp"
#include "headroom/http/typed/described.hpp"

namespace headroom::http::typed {
namespace {

namespace json = boost::json;

template <class T>
std::optional<T> read_text(std::string_view text) {
    faults found;
    auto made = value<T>::from_text(text, place(part::query), found);
    EXPECT_EQ(made.has_value(), !found.any()) << text;
    return made;
}

template <class T>
std::optional<T> read_json(std::string_view text) {
    faults found;
    auto made = value<T>::from_json(json::parse(text), place(part::body), found);
    EXPECT_EQ(made.has_value(), !found.any()) << text;
    return made;
}

template <class T>
std::string schema_text() {
    schemas into;
    return json::serialize(into.of<T>());
}

TEST(Value, AWholeNumberIsOneWithinItsType) {
    EXPECT_EQ(read_text<std::int8_t>("-128"), -128);
    EXPECT_EQ(read_text<std::uint64_t>("18446744073709551615"), 18446744073709551615ULL);
    for (const auto* text : {"", "+1", " 1", "1 ", "1.0", "0x1", "128", "-129", "1e1"})
        EXPECT_FALSE(read_text<std::int8_t>(text)) << text;
    EXPECT_FALSE(read_text<unsigned>("-1"));
    EXPECT_EQ(read_json<int>("1.0"), 1) << "as JSON Schema has it";
    EXPECT_EQ(read_json<std::uint64_t>("18446744073709551615"), 18446744073709551615ULL);
    for (const auto* text : {"1.5", "\"1\"", "null", "2147483648", "1e300", "true"})
        EXPECT_FALSE(read_json<int>(text)) << text;
}

TEST(Value, ABoundMayLieBelowZero) {
    using frost = bounded<int, -40, -1>;
    EXPECT_EQ(read_json<frost>("-40")->is, -40);
    EXPECT_EQ(read_text<frost>("-1")->is, -1);
    for (const auto* text : {"0", "1", "5", "-41", "18446744073709551615"}) {
        EXPECT_FALSE(read_json<frost>(text)) << text;
        EXPECT_FALSE(read_text<frost>(text)) << text;
    }
}

TEST(Value, TheSchemaOfANarrowTypeSaysHowNarrowItIs) {
    EXPECT_EQ(schema_text<std::int8_t>(),
              R"({"type":"integer","format":"int32","minimum":-128,"maximum":127})");
    EXPECT_EQ(schema_text<std::uint16_t>(),
              R"({"type":"integer","format":"int32","minimum":0,"maximum":65535})");
    EXPECT_EQ(schema_text<std::int32_t>(), R"({"type":"integer","format":"int32"})");
    EXPECT_EQ(schema_text<std::uint64_t>(), R"({"type":"integer","minimum":0})");
}

TEST(Value, ANumberIsFinite) {
    EXPECT_EQ(read_json<float>("1.5"), 1.5F);
    EXPECT_FALSE(read_json<float>("1e300")) << "there is no such float";
    EXPECT_FALSE(read_text<float>("-1e39"));
    EXPECT_EQ(read_text<double>("-1.5e3"), -1500.0);
    for (const auto* text : {"nan", "inf", "-inf", "1e999", "", "1x"})
        EXPECT_FALSE(read_text<double>(text)) << text;
    EXPECT_EQ(to_json_text(0.1), "0.1");
}

TEST(Value, AnInstantHasAnOffsetAndIsReadToTheMicrosecond) {
    const auto at = timestamp(std::chrono::sys_days(std::chrono::year(2026) / 2 / 28)) +
                    std::chrono::hours(23) + std::chrono::microseconds(120'000);
    EXPECT_EQ(read_text<timestamp>("2026-02-28T23:00:00.12Z"), at);
    EXPECT_EQ(read_text<timestamp>("2026-03-01t00:30:00.120000999+01:30"), at);
    EXPECT_EQ(to_json_text(at), R"("2026-02-28T23:00:00.120000Z")");
    for (const auto* text :
         {"2026-02-28T23:00:00", "2026-02-29T23:00:00Z", "2026-02-28T24:00:00Z", "2026-02-28",
          "2026-02-28T23:00:60Z", "2026-2-28T23:00:00Z", "2026-02-28T23:00:00.Z",
          "2026-02-28T23:00:00+24:00", "2026-02-28T23:00:00Zx", ""})
        EXPECT_FALSE(read_text<timestamp>(text)) << text;
}

struct sixteen_bytes {
    std::array<std::uint8_t, 16> bytes{};
};

TEST(Value, AUuidIsWrittenInOneWay) {
    const auto made = read_text<sixteen_bytes>("00112233-4455-6677-8899-AABBCCDDEEFF");
    ASSERT_TRUE(made);
    EXPECT_EQ(to_json_text(*made), R"("00112233-4455-6677-8899-aabbccddeeff")");
    for (const auto* text : {"00112233445566778899aabbccddeeff", "", "{00112233-4455}",
                             "00112233-4455-6677-8899-aabbccddeefg",
                             "0011223-34455-6677-8899-aabbccddeeff"})
        EXPECT_FALSE(read_text<sixteen_bytes>(text)) << text;
}

TEST(Value, LengthsCountCharacters) {
    using four = text<1, 4, "[^x]*">;
    EXPECT_TRUE(read_text<four>("äöüß"));
    EXPECT_FALSE(read_text<four>("abcde"));
    EXPECT_FALSE(read_text<four>(""));
    EXPECT_FALSE(read_text<four>("ax"));
    EXPECT_EQ(schema_text<four>(),
              R"({"type":"string","minLength":1,"maxLength":4,"pattern":"^(?:[^x]*)$"})");
}

TEST(Value, ABoundHoldsForFractionsToo) {
    using share = bounded<double, 0.0, 1.0>;
    EXPECT_EQ(read_json<share>("0.25")->is, 0.25);
    EXPECT_FALSE(read_json<share>("1.01"));
    EXPECT_FALSE(read_text<share>("-0.01"));
    EXPECT_EQ((schema_text<bounded<int, 1, 9>>()),
              R"({"type":"integer","format":"int32","minimum":1,"maximum":9})");
}

struct filled {
    nullable<int> always;
    std::optional<int> sometimes;
    or_else<int, 3> three;
    json::value raw;
};
BOOST_DESCRIBE_STRUCT(filled, (), (always, sometimes, three, raw))

TEST(Value, NullIsWrittenOrLeftOut) {
    const auto none = read_json<filled>(R"({"always":null,"raw":null,"sometimes":null})");
    ASSERT_TRUE(none);
    EXPECT_EQ(to_json_text(*none), R"({"always":null,"three":3,"raw":null})");
    const auto all = read_json<filled>(R"({"always":1,"raw":[{"a":0.1}],"sometimes":2,"three":4})");
    ASSERT_TRUE(all);
    EXPECT_EQ(to_json_text(*all), R"({"always":1,"sometimes":2,"three":4,"raw":[{"a":1E-1}]})");
    EXPECT_FALSE(read_json<filled>(R"({"raw":1})"));
}

TEST(Value, AStructsSchemaIsAComponentThatSaysWhatHasToBeGiven) {
    schemas into;
    EXPECT_EQ(json::serialize(into.of<filled>()), R"({"$ref":"#/components/schemas/filled"})");
    EXPECT_EQ(json::serialize(into.all().at("filled").at("required")), R"(["always","raw"])");
    EXPECT_EQ(json::serialize(into.all().at("filled").at_pointer("/properties/sometimes/type")),
              R"(["integer","null"])");
    EXPECT_EQ(into.all().at("filled").at_pointer("/properties/three/default"), 3);
    EXPECT_EQ(into.all().at("filled").at("additionalProperties"), false);
}

template <class T>
struct page_of {};

TEST(Value, AComponentIsCalledAsItsTypeWithoutNamespaces) {
    EXPECT_EQ(plain_name(typeid(filled)), "filled");
    EXPECT_EQ(plain_name(typeid(page_of<filled>)), "page_of_filled");
}

}  // namespace
}  // namespace headroom::http::typed
