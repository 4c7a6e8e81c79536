#include "headroom/tasks/cron/posix_rule.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

namespace headroom::tasks {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

sys_seconds noon(int year, unsigned month, unsigned day) {
    return sys_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) +
           12h;
}

std::chrono::seconds offset_on(const char* rule, sys_seconds instant) {
    return posix_rule::parse(rule).value().at(instant).offset;
}

TEST(PosixRule, MovesTheClockOnTheNthWeekday) {
    const auto* york = "EST5EDT,M3.2.0,M11.1.0";
    EXPECT_EQ(offset_on(york, noon(2040, 3, 10)), -5h);
    EXPECT_EQ(offset_on(york, noon(2040, 3, 11)), -4h);
    EXPECT_EQ(offset_on(york, noon(2040, 11, 3)), -4h);
    EXPECT_EQ(offset_on(york, noon(2040, 11, 4)), -5h);
    const auto span = posix_rule::parse(york)->at(noon(2040, 7, 1));
    EXPECT_EQ(span.begin, sys_seconds(noon(2040, 3, 11)) - 5h);
    EXPECT_EQ(span.end, sys_seconds(noon(2040, 11, 4)) - 6h);
}

TEST(PosixRule, KnowsTheSouthHalfHoursAndTimesBeyondTheDay) {
    EXPECT_EQ(offset_on("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", noon(2040, 1, 1)), 11h);
    EXPECT_EQ(offset_on("<+1030>-10:30<+11>-11,M10.1.0,M4.1.0", noon(2040, 7, 1)), 10h + 30min);
    EXPECT_EQ(offset_on("IST-1GMT0,M10.5.0,M3.5.0/1", noon(2040, 7, 1)), 1h);
    EXPECT_EQ(offset_on("IST-1GMT0,M10.5.0,M3.5.0/1", noon(2040, 1, 1)), 0h);
    EXPECT_EQ(posix_rule::parse("<-02>2<-01>,M3.5.0/-1,M10.5.0/0")->at(noon(2040, 7, 1)).begin,
              sys_seconds(noon(2040, 3, 25)) - 11h);
    EXPECT_EQ(posix_rule::parse("EET-2EEST,M3.4.4/50,M10.4.4/50")->at(noon(2040, 7, 1)).begin,
              sys_seconds(noon(2040, 3, 24)) - 12h);
}

TEST(PosixRule, ASummerOfAWholeYearNeverEnds) {
    for (const auto* rule : {"XXX3EDT4,0/0,J365/23", "XXX5EDT4,0/0,J365/25"})
        for (unsigned month = 1; month <= 12; ++month)
            EXPECT_EQ(offset_on(rule, noon(2041, month, 1)), -4h) << rule << month;
    EXPECT_EQ(offset_on("XXX5EDT4,0/0,J365/25", sys_days(std::chrono::year(2041) / 1 / 1) + 4h),
              -4h);
}

TEST(PosixRule, DaysOfTheYearCountTheLeapDayOrNot) {
    const auto begin = [](const char* rule, int year) {
        return posix_rule::parse(rule)->at(noon(year, 7, 1)).begin;
    };
    EXPECT_EQ(begin("AAA0BBB,J60/0,J300", 2040), sys_days(std::chrono::year(2040) / 3 / 1));
    EXPECT_EQ(begin("AAA0BBB,J60/0,J300", 2041), sys_days(std::chrono::year(2041) / 3 / 1));
    EXPECT_EQ(begin("AAA0BBB,59/0,300", 2040), sys_days(std::chrono::year(2040) / 2 / 29));
    EXPECT_EQ(begin("AAA0BBB,59/0,300", 2041), sys_days(std::chrono::year(2041) / 3 / 1));
}

TEST(PosixRule, WithoutASummerIsTheSameForEver) {
    EXPECT_EQ(offset_on("<+0530>-5:30", noon(2040, 1, 1)), 5h + 30min);
    EXPECT_EQ(offset_on("UTC0", noon(2040, 1, 1)), 0h);
}

TEST(PosixRule, WhatIsNoneIsRefused) {
    for (const auto* text : {"", "UTC", "U0", "<UTC0", "UTC0,", "UTC168", "EST5EDT",
                             "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0", "EST5EDT,M3.6.0,M11.1.0",
                             "EST5EDT,M3.0.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0",
                             "EST5EDT,J366,J1", "EST5EDT,M3.2.0,M11.1.0x", "EST5:60EDT,J1,J2",
                             "EST5EDT,M3.2.0/168,M11.1.0"})
        EXPECT_FALSE(posix_rule::parse(text)) << text;
    EXPECT_FALSE(posix_rule::parse("<" + std::string(200, 'A') + ">0"));
}

RC_GTEST_PROP(PosixRule, SpansFollowEachOtherWithoutAGap, ()) {
    const auto number = [](int least, int most) {
        return std::to_string(*rc::gen::inRange(least, most + 1));
    };
    const auto moment = [&] {
        return "M" + number(1, 12) + "." + number(1, 5) + "." + number(0, 6) + "/" +
               number(-167, 167);
    };
    const auto rule =
        posix_rule::parse("AAA" + number(-14, 12) + "BBB," + moment() + "," + moment());
    auto span = rule.value().at(noon(*rc::gen::inRange(1970, 2100), 6, 1));
    for (int i = 0; i < 4; ++i) {
        RC_ASSERT(span.begin < span.end);
        const auto next = rule->at(span.end);
        RC_ASSERT(next.begin == span.end);
        RC_ASSERT(rule->at(span.end - 1s) == span);
        span = next;
    }
}

}  // namespace
}  // namespace headroom::tasks
