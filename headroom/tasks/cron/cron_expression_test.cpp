#include "headroom/tasks/cron/cron_expression.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "headroom/tasks/wire/iso_time.hpp"
#include "headroom/tasks/wire/schedule.hpp"

namespace headroom::tasks {
namespace {

std::chrono::sys_seconds moment(std::string_view text) {
    return std::chrono::floor<std::chrono::seconds>(parse_date_time(text).value().instant());
}

bool is_true(std::string_view expression, std::string_view time) {
    return parse_cron(expression).value().matches(moment(time));
}

std::string cron_fault_of(std::string_view expression) {
    const auto parsed = parse_cron(expression);
    EXPECT_FALSE(parsed) << expression;
    return parsed ? "" : parsed.error().what;
}

TEST(CronExpression, MeansListsRangesStepsAndNames) {
    EXPECT_TRUE(is_true("* * * * *", "2026-05-17T13:37"));
    EXPECT_TRUE(is_true("5,37 9-17 * * *", "2026-05-17T13:37"));
    EXPECT_FALSE(is_true("5,38 9-17 * * *", "2026-05-17T13:37"));
    EXPECT_TRUE(is_true("*/15 * * * *", "2026-05-17T13:45"));
    EXPECT_FALSE(is_true("*/15 * * * *", "2026-05-17T13:46"));
    EXPECT_TRUE(is_true("10-50/20 * * * *", "2026-05-17T13:30"));
    EXPECT_FALSE(is_true("10-50/20 * * * *", "2026-05-17T13:20"));
    EXPECT_TRUE(is_true("0 0 * may-JUL Mon-fri", "2026-05-18T00:00"));
    EXPECT_FALSE(is_true("0 0 * may-JUL Mon-fri", "2026-05-17T00:00"));
    EXPECT_TRUE(is_true("0 0 */2 * *", "2026-05-03T00:00"));  // from the first of the range
    EXPECT_TRUE(is_true(" 0\t0  1 1 * ", "2026-01-01T00:00"));
}

TEST(CronExpression, SundayIs0And7) {
    for (const auto* sunday : {"0 0 * * 0", "0 0 * * 7", "0 0 * * sun", "0 0 * * 5-7"})
        EXPECT_TRUE(is_true(sunday, "2026-05-17T00:00")) << sunday;
    EXPECT_FALSE(is_true("0 0 * * 1-6", "2026-05-17T00:00"));
}

TEST(CronExpression, EitherDaySufficesWhereBothAreNamed) {
    EXPECT_TRUE(is_true("0 0 1 * mon", "2026-05-18T00:00"));
    EXPECT_TRUE(is_true("0 0 1 * mon", "2026-05-01T00:00"));
    EXPECT_FALSE(is_true("0 0 1 * mon", "2026-05-02T00:00"));
    EXPECT_FALSE(is_true("0 0 */2 * mon", "2026-05-18T00:00"));  // an even Monday
    EXPECT_TRUE(is_true("0 0 1 * *", "2026-05-01T00:00"));
    EXPECT_FALSE(is_true("0 0 1 * *", "2026-05-18T00:00"));
}

TEST(CronExpression, HasWordsForAllFiveFields) {
    EXPECT_TRUE(is_true("@hourly", "2026-05-17T13:00"));
    EXPECT_TRUE(is_true("@daily", "2026-05-17T00:00"));
    EXPECT_TRUE(is_true("@midnight", "2026-05-17T00:00"));
    EXPECT_TRUE(is_true("@weekly", "2026-05-17T00:00"));
    EXPECT_TRUE(is_true("@monthly", "2026-05-01T00:00"));
    EXPECT_TRUE(is_true("@yearly", "2026-01-01T00:00"));
    EXPECT_FALSE(is_true("@annually", "2026-02-01T00:00"));
}

TEST(CronExpression, NamedHoursAreTimesOfDay) {
    EXPECT_TRUE(parse_cron("* 3 * * *")->fixed_times);
    EXPECT_TRUE(parse_cron("@daily")->fixed_times);
    EXPECT_FALSE(parse_cron("0 * * * *")->fixed_times);
    EXPECT_FALSE(parse_cron("0 */2 * * *")->fixed_times);
}

TEST(CronExpression, WhatItCannotMeanIsAFaultThatNamesTheField) {
    for (const auto* text : {"", "* * * *", "* * * * * *", "@reboot", "@dailyish"})
        EXPECT_EQ(cron_fault_of(text), "not five fields: minute, hour, day, month, weekday");
    EXPECT_EQ(cron_fault_of("60 * * * *"), "minute: a value out of range");
    EXPECT_EQ(cron_fault_of("* 24 * * *"), "hour: a value out of range");
    EXPECT_EQ(cron_fault_of("* * 0 * *"), "day: a value out of range");
    EXPECT_EQ(cron_fault_of("* * 32 * *"), "day: a value out of range");
    EXPECT_EQ(cron_fault_of("* * * 13 *"), "month: a value out of range");
    EXPECT_EQ(cron_fault_of("* * * * 8"), "weekday: a value out of range");
    EXPECT_EQ(cron_fault_of("10-5 * * * *"), "minute: a range that runs backwards");
    EXPECT_EQ(cron_fault_of("*/0 * * * *"), "minute: a step out of range");
    EXPECT_EQ(cron_fault_of("*/60 * * * *"), "minute: a step out of range");
    EXPECT_EQ(cron_fault_of("5/10 * * * *"), "minute: a step without a range");
    for (const auto* text : {"a * * * *", "1,,2 * * * *", ", * * * *", "-5 * * * *", "5- * * * *",
                             "1/2/3 * * * *", "*/x * * * *", "+1 * * * *", "1.5 * * * *",
                             "mon * * * *", "99999999999 * * * *", "1-2-3 * * * *"})
        EXPECT_EQ(cron_fault_of(text), "minute: neither a number nor a name that is known here")
            << text;
    EXPECT_EQ(cron_fault_of(std::string(cron_bytes_max + 1, '*')),
              "an expression longer than the limit");
    EXPECT_TRUE(parse_cron("0" + std::string(cron_bytes_max - 9, '0') + " * * * *"));
}

RC_GTEST_PROP(CronExpression, AnyTextIsReadOrRefused, ()) {
    const auto text = *rc::gen::container<std::string>(
        rc::gen::elementOf(std::string("0123456789*/,- @monJAN")));
    const auto parsed = parse_cron(text);
    if (parsed) RC_ASSERT(parsed->minutes.any() && parsed->hours.any() && parsed->months.any());
}

}  // namespace
}  // namespace headroom::tasks
