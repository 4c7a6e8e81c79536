#include "headroom/tasks/wire/value.hpp"

#include <gtest/gtest.h>

#include "headroom/tasks/wire/codec_fault.hpp"

namespace headroom::tasks {
namespace {

TEST(Value, KeepsEveryDigitOfAnInteger) {
    EXPECT_EQ(*integer_from("9223372036854775807")->get<std::int64_t>(), INT64_MAX);
    EXPECT_EQ(*integer_from("-9223372036854775808")->get<std::int64_t>(), INT64_MIN);
    EXPECT_EQ(integer_from("9223372036854775808")->get<big_integer>()->digits(),
              "9223372036854775808");
    EXPECT_EQ(value(UINT64_MAX).get<big_integer>()->digits(), "18446744073709551615");
    EXPECT_EQ(value(std::uint64_t{7}), value(7));
}

TEST(Value, AnIntegerIsCanonicalDigitsWithinTheBound) {
    for (const auto* text : {"", "-", "-0", "01", "+1", "1.0", " 1", "0x1"})
        EXPECT_FALSE(integer_from(text)) << text;
    EXPECT_TRUE(integer_from(std::string(integer_digits_max, '9')));
    EXPECT_TRUE(integer_from("-" + std::string(integer_digits_max, '9')));
    EXPECT_FALSE(integer_from(std::string(integer_digits_max + 1, '9')));
    EXPECT_FALSE(big_integer::from("12"));  // it fits 64 bits
}

TEST(Object, KeepsTheOrderOfNamesAndTheLastValueOfOneThatComesTwice) {
    const auto made = object::from({{"a", 1}, {"b", 2}, {"a", 3}, {"c", 4}, {"a", 5}});
    EXPECT_EQ(made, (object{{"a", 5}, {"b", 2}, {"c", 4}}));
    EXPECT_NE(made, (object{{"b", 2}, {"a", 5}, {"c", 4}}));
}

TEST(Object, SetsFindsAndErases) {
    object made;
    made.set("a", 1);
    made.set("b", "x");
    made.set("a", 2);
    EXPECT_EQ(made.size(), 2u);
    EXPECT_EQ(*made.find("a"), value(2));
    EXPECT_EQ(made.find("z"), nullptr);
    EXPECT_TRUE(made.erase("a"));
    EXPECT_FALSE(made.erase("a"));
    EXPECT_EQ(made, (object{{"b", "x"}}));
}

TEST(CodecFault, SaysWhereAndWhat) {
    EXPECT_EQ((codec_fault{codec_fault_kind::malformed, "no value", 7}).message(),
              "malformed at byte 7: no value");
    EXPECT_EQ(wrong_shape("task_id is missing").error().message(),
              "wrong shape: task_id is missing");
}

}  // namespace
}  // namespace headroom::tasks
