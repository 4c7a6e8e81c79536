#include "headroom/runtime/quantity.hpp"

#include <gtest/gtest.h>

namespace headroom {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(Duration, SaysItsUnitOrTakesTheSettings) {
    EXPECT_EQ(parse_duration("30", seconds(1)), seconds(30));
    EXPECT_EQ(parse_duration("30", milliseconds(1)), milliseconds(30));
    EXPECT_EQ(parse_duration("500ms", seconds(1)), milliseconds(500));
    EXPECT_EQ(parse_duration(" 5 min ", seconds(1)), seconds(300));
    EXPECT_EQ(parse_duration("2h", seconds(1)), seconds(7200));
    EXPECT_EQ(parse_duration("1 d", seconds(1)), seconds(86'400));
}

TEST(Duration, IsAWholeNumberOfAKnownUnit) {
    for (const auto* each : {"", "s", "-1", "+1", "1.5s", "1 week", "1s2", "0x10", "1 s s", "5 S",
                             "99999999999999999999", "9223372036854775807 d"})
        EXPECT_FALSE(parse_duration(each, seconds(1))) << each;
}

TEST(Duration, OfSecondsThatStandAloneMayHaveThousandths) {
    EXPECT_EQ(parse_duration("5.0", seconds(1)), seconds(5));
    EXPECT_EQ(parse_duration(" 0.5 ", seconds(1)), milliseconds(500));
    EXPECT_EQ(parse_duration("1.025", seconds(1)), milliseconds(1025));
    for (const auto* each : {"5.", ".5", "1.0001", "1.5 s", "-0.5", "1.5.5", "1.5e1"})
        EXPECT_FALSE(parse_duration(each, seconds(1))) << each;
    EXPECT_FALSE(parse_duration("1.5", milliseconds(1)));
}

TEST(Duration, IsShownInTheLargestExactUnit) {
    EXPECT_EQ(to_string(milliseconds(250)), "250 ms");
    EXPECT_EQ(to_string(milliseconds(90'000)), "90 s");
    EXPECT_EQ(to_string(milliseconds(3'600'000)), "1 h");
    EXPECT_EQ(to_string(milliseconds(0)), "0 s");
}

TEST(Size, CountsBytes) {
    EXPECT_EQ(parse_size("100"), 100U);
    EXPECT_EQ(parse_size("64 KiB"), 65'536U);
    EXPECT_EQ(parse_size("10MB"), 10'000'000U);
    EXPECT_EQ(parse_size("1 GiB"), 1ULL << 30);
    for (const auto* each : {"", "KiB", "1 K", "-1", "1e3", "9223372036854775807 KiB"})
        EXPECT_FALSE(parse_size(each)) << each;
    EXPECT_EQ(size_to_string(65'536), "64 KiB");
    EXPECT_EQ(size_to_string(100), "100 bytes");
}

TEST(Flag, IsAWordForYesOrNo) {
    for (const auto* each : {"true", "1", "YES", "On"}) EXPECT_EQ(parse_flag(each), true) << each;
    for (const auto* each : {"false", "0", "No", "off"}) EXPECT_EQ(parse_flag(each), false) << each;
    for (const auto* each : {"", "2", "y", "enabled", "truetrue"})
        EXPECT_FALSE(parse_flag(each).has_value()) << each;
}

}  // namespace
}  // namespace headroom
