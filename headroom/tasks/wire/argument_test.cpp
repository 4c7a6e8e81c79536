#include "headroom/tasks/wire/argument.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "headroom/tasks/wire/call.hpp"
#include "headroom/tasks/wire/json_reader.hpp"
#include "headroom/tasks/wire/json_writer.hpp"

namespace headroom::tasks {

struct invoice {
    std::string customer;
    std::optional<int> discount;
    std::vector<double> lines;
    bool operator==(const invoice&) const = default;
};
BOOST_DESCRIBE_STRUCT(invoice, (), (customer, discount, lines))

enum class colour : std::uint8_t { red, green };

namespace {

using namespace std::chrono_literals;

template <class T>
void travels(const T& what, std::string_view written) {
    EXPECT_EQ(to_json(to_value(what)), written);
    EXPECT_EQ(from_value<T>(read_json(written).value()).value(), what);
}

template <class T>
std::string argument_fault(std::string_view text) {
    const auto read = from_value<T>(read_json(text).value());
    EXPECT_FALSE(read) << text;
    return read ? "" : read.error().what;
}

TEST(Argument, EveryTypeTravelsAsPydanticWritesIt) {
    travels(true, "true");
    travels(std::int8_t{-128}, "-128");
    travels(UINT32_MAX, "4294967295");
    travels(2.5, "2.5");
    travels(std::string("\u00e9"), R"("\u00e9")");
    travels(std::optional<int>(), "null");
    travels(std::vector<int>{1, 2}, "[1, 2]");
    travels(std::set<std::string>{"b", "a"}, R"(["a", "b"])");
    travels(std::map<std::string, bool>{{"k", false}}, R"({"k": false})");
    travels(std::tuple<int, std::string>(1, "x"), R"([1, "x"])");
    travels(std::array<int, 2>{3, 4}, "[3, 4]");
    travels(colour::green, "1");
    travels(byte_string{"ok"}, R"("ok")");
    travels(std::chrono::microseconds(90s), R"("PT1M30S")");
    travels(std::chrono::hours(26), R"("P1DT2H")");
    travels(parse_date("2026-01-02").value(), R"("2026-01-02")");
    travels(parse_date_time("2026-01-02T03:04:05+02:00").value(), R"("2026-01-02T03:04:05+02:00")");
    travels(std::chrono::sys_time<std::chrono::microseconds>(1678900us),
            R"("1970-01-01T00:00:01.678900Z")");
    travels(invoice{"acme", {}, {1.5}},
            R"({"customer": "acme", "discount": null, "lines": [1.5]})");
}

RC_GTEST_PROP(Argument, EveryIntegerTravels, (std::int64_t is, std::uint64_t other)) {
    RC_ASSERT(from_value<std::int64_t>(to_value(is)).value() == is);
    const auto large = from_value<std::uint64_t>(to_value(other));
    RC_ASSERT(large.has_value() == std::in_range<std::int64_t>(other));
}

TEST(Argument, WhatWouldLoseSomethingIsRefused) {
    EXPECT_EQ(argument_fault<int>("1.5"), "a number instead of an integer");
    EXPECT_EQ(argument_fault<int>("2147483648"), "an integer out of range");
    EXPECT_EQ(argument_fault<unsigned>("-1"), "an integer out of range");
    EXPECT_EQ(argument_fault<int>("99999999999999999999"), "an integer out of range");
    EXPECT_EQ(argument_fault<bool>("1"), "an integer instead of a boolean");
    EXPECT_EQ(argument_fault<std::string>("null"), "null instead of a string");
    EXPECT_EQ(argument_fault<double>("\"1\""), "a string instead of a number");
    EXPECT_EQ((argument_fault<std::pair<int, int>>("[1]")), "not an array of 2");
    EXPECT_EQ(argument_fault<std::vector<int>>("[1, \"x\"]"), "a string instead of an integer");
    EXPECT_EQ(argument_fault<std::chrono::seconds>("\"soon\""), "a text that is no duration");
    EXPECT_EQ(argument_fault<std::chrono::seconds>("1e300"), "a duration out of range");
    EXPECT_EQ(argument_fault<date_time>("\"soon\""), "a string that is no date and time");
    EXPECT_EQ(argument_fault<invoice>(R"({"customer": "acme"})"),
              "lines: null instead of an array");
}

TEST(Argument, AnIntegerOfAnySizeStaysWhatItIs) {
    const auto* text = "1180591620717411303424";
    EXPECT_EQ(to_json(from_value<value>(read_json(text).value()).value()), text);
    travels(*integer_from(text)->get<big_integer>(), text);
}

task_message called_with(std::string_view args, std::string_view kwargs) {
    task_message made;
    made.args = *read_json(args).value().get<array>();
    made.kwargs = *read_json(kwargs).value().get<object>();
    return made;
}

TEST(Call, BindsPositionalAndNamedArguments) {
    const auto bound = typed_arguments<int, std::string, std::optional<bool>>(
        called_with("[1]", R"({"name": "x"})"), {"count", "name", "flag"});
    EXPECT_EQ(bound.value(), std::tuple(1, std::string("x"), std::optional<bool>()));
}

TEST(Call, SaysWhichArgumentIsAtFault) {
    const auto fault = [](std::string_view args, std::string_view kwargs) {
        const auto bound = typed_arguments<int, std::string>(called_with(args, kwargs), {"n", "s"});
        return bound ? "" : bound.error().what;
    };
    EXPECT_EQ(fault("[1, \"x\", 2]", "{}"), "3 positional arguments for 2 parameters");
    EXPECT_EQ(fault("[1]", R"({"n": 1})"), "n is passed twice");
    EXPECT_EQ(fault("[1]", R"({"geheim": 1})"), "a keyword argument the handler does not know");
    EXPECT_EQ(fault("[1]", "{}"), "s: null instead of a string");
    EXPECT_EQ(fault("[\"x\"]", R"({"s": ""})"), "n: a string instead of an integer");
}

}  // namespace
}  // namespace headroom::tasks
