#include "headroom/tasks/cron/trigger.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>

#include "headroom/tasks/cron/misfire.hpp"
#include "headroom/tasks/cron/zones_fixture.hpp"

namespace headroom::tasks {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;

constexpr sys_seconds start = year_2020;

misfire_policy policy_of(misfire_policy::kind is, unsigned limit = 100,
                         std::chrono::seconds grace = 60s) {
    return {is, limit, grace};
}

std::vector<std::chrono::seconds> since_start(const std::vector<sys_seconds>& slots) {
    std::vector<std::chrono::seconds> made;
    for (const auto each : slots) made.push_back(each - start);
    return made;
}

using spans = std::vector<std::chrono::seconds>;

TEST(Trigger, AnIntervalIsDueFirstAndThenInSteps) {
    const auto every = trigger::interval(start, 90s);
    EXPECT_EQ(every.next_after(start - 1h), start);
    EXPECT_EQ(every.next_after(start), start + 90s);
    EXPECT_EQ(every.next_after(start + 89s), start + 90s);
    EXPECT_EQ(every.next_after(start + 90s), start + 180s);
}

TEST(Trigger, OnceIsDueAtTheSecondThatIsNotBefore) {
    const auto at = trigger::once(start + 1500ms);
    EXPECT_EQ(at.next_after(start), start + 2s);
    EXPECT_EQ(at.next_after(start + 2s), std::nullopt);
}

TEST(Trigger, OfAScheduleIsTheFirstThatIsSet) {
    schedule stored;
    EXPECT_FALSE(trigger::of(stored, cron_dialect::headroom, start));
    stored.interval = schedule_interval{7s};
    EXPECT_EQ(trigger::of(stored, cron_dialect::headroom, start)->next_after(start), start + 7s);
    stored.time = in_utc(start + 5s);
    EXPECT_EQ(trigger::of(stored, cron_dialect::headroom, start)->next_after(start), start + 5s);
    stored.cron = "30 2 * * *";
    stored.clock = std::string("Europe/Paris");
    EXPECT_EQ(trigger::of(stored, cron_dialect::headroom, start)->next_after(start),
              start + 90min);
}

TEST(Trigger, ABadExpressionOrZoneIsAFaultOfThatScheduleAlone) {
    EXPECT_EQ(trigger::cron("*/0 * * * *", cron_dialect::headroom).error().what,
              "minute: a step out of range");
    EXPECT_EQ(trigger::cron("* * * * *", cron_dialect::taskiq, "Mars/Olympus").error().what,
              "a zone the tz database does not have");
    const auto silent = trigger::cron("*/0 * * * *", cron_dialect::taskiq);
    ASSERT_TRUE(silent);
    EXPECT_EQ(silent->next_after(start), std::nullopt);
}

TEST(Misfire, WhatIsInTimeFiresUnderEveryPolicy) {
    const auto every = trigger::interval(start, 1h);
    for (const auto kind : {misfire_policy::kind::skip, misfire_policy::kind::once,
                            misfire_policy::kind::all})
        EXPECT_EQ(since_start(due(every, start, start + 1h + 60s, policy_of(kind)).fire),
                  (spans{1h}));
}

TEST(Misfire, SkipForgetsWhatWasMissed) {
    const auto every = trigger::interval(start, 1h);
    const auto made = due(every, start, start + 5h + 61s, policy_of(misfire_policy::kind::skip));
    EXPECT_TRUE(made.fire.empty());
    EXPECT_EQ(made.newest, start + 5h);
}

TEST(Misfire, OnceFiresTheNewestAlone) {
    const auto every = trigger::interval(start, 1h);
    const auto made = due(every, start, start + 5h + 61s, policy_of(misfire_policy::kind::once));
    EXPECT_EQ(since_start(made.fire), (spans{5h}));
}

TEST(Misfire, AllFiresTheNewestUpToTheLimitInTheirOrder) {
    const auto every = trigger::interval(start, 1h);
    const auto now = start + 5h + 61s;
    EXPECT_EQ(since_start(due(every, start, now, policy_of(misfire_policy::kind::all)).fire),
              (spans{1h, 2h, 3h, 4h, 5h}));
    EXPECT_EQ(since_start(due(every, start, now, policy_of(misfire_policy::kind::all, 2)).fire),
              (spans{4h, 5h}));
    EXPECT_EQ(since_start(due(every, start, now, policy_of(misfire_policy::kind::all, 2, 1h)).fire),
              (spans{3h, 4h, 5h}));  // the last is in time and does not count
}

TEST(Misfire, NothingIsDueBeforeItsTimeOrWhenTheClockWentBack) {
    const auto every = trigger::interval(start, 1h);
    for (const auto now : {start + 59min, start, start - 1h}) {
        const auto made = due(every, start, now, policy_of(misfire_policy::kind::all));
        EXPECT_TRUE(made.fire.empty());
        EXPECT_EQ(made.newest, std::nullopt);
    }
}

TEST(Misfire, AYearOfMissedMinutesCostsWhatTheLastOfThemDo) {
    const auto minutely = trigger::cron("* * * * *", cron_dialect::headroom).value();
    const auto made = due(minutely, start, start + 366 * 24h,
                          policy_of(misfire_policy::kind::all, misfires_max));
    EXPECT_EQ(made.fire.size(), misfires_max + 2u);  // two are within the grace
    EXPECT_EQ(made.fire.back(), start + 366 * 24h);
}

RC_GTEST_PROP(Misfire, AllWithoutALimitIsEverySlot, ()) {
    const std::chrono::seconds every(*rc::gen::inRange(1, 5'000));
    const auto of = trigger::interval(start, every);
    const auto now = start + std::chrono::seconds(*rc::gen::inRange(0, 200'000));
    RC_PRE((now - start) / every <= misfires_max);
    const auto made = due(of, start, now, policy_of(misfire_policy::kind::all, misfires_max));
    RC_ASSERT(std::ssize(made.fire) == (now - start) / every);
    RC_ASSERT(std::ranges::is_sorted(made.fire));
}

TEST(MisfireLimits, HaveASentenceEach) {
    using enum misfire_policy::kind;
    EXPECT_FALSE(policy_of(all, misfires_max, 1h).fault());
    EXPECT_EQ(policy_of(all, 0).fault(), "limit is not within 1 and 1000");
    EXPECT_EQ(policy_of(all, misfires_max + 1).fault(), "limit is not within 1 and 1000");
    EXPECT_EQ(policy_of(all, 1, -1s).fault(), "grace is not within 0 and 3600 seconds");
    EXPECT_EQ(policy_of(all, 1, 3601s).fault(), "grace is not within 0 and 3600 seconds");
}

}  // namespace
}  // namespace headroom::tasks
