#include "headroom/tasks/schedules/timetable.hpp"

#include <gtest/gtest.h>

namespace headroom::tasks {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::sys_seconds noon = std::chrono::sys_days(
    std::chrono::year(2026) / 3 / 1) + 12h;

planned_schedule hourly() {
    schedule of;
    of.task_name = "n";
    of.schedule_id = "s";
    of.interval = schedule_interval{3600s};
    return plan_schedule(of, {}).value();
}

TEST(Timetable, AnIntervalGoesOnFromItsLastSlot) {
    timetable all({});
    all.put("s", "list", "bytes", hourly(), noon);
    EXPECT_EQ(all.next(), noon + 1h);
    EXPECT_TRUE(all.due(noon + 59min, 9).empty());
    EXPECT_EQ(all.due(noon + 1h, 9).at(0).at, noon + 1h);
    all.passed("s", noon + 90min);  // another scheduler knows of another grid
    EXPECT_EQ(all.next(), noon + 150min);
    all.passed("s", noon);  // an older look
    EXPECT_EQ(all.next(), noon + 150min);
}

TEST(Timetable, GivesOneSlotOfEachAtATimeInTheirOrder) {
    timetable all({.is = misfire_policy::kind::all});
    all.put("s", "list", "bytes", hourly(), noon);
    all.put("t", "list", "bytes", hourly(), noon);
    EXPECT_EQ(all.due(noon + 3h, 9).size(), 2u);
    EXPECT_EQ(all.due(noon + 3h, 1).size(), 1u);
    EXPECT_EQ(all.due(noon + 3h, 1).at(0).at, noon + 1h);
    all.passed("s", noon + 1h);
    EXPECT_EQ(all.due(noon + 3h, 1).at(0).at, noon + 2h);
}

TEST(Timetable, WhatIsHeldWaits) {
    timetable all({});
    all.put("s", "list", "bytes", hourly(), noon);
    all.hold("s", noon + 2h);
    EXPECT_TRUE(all.due(noon + 1h, 9).empty());
    EXPECT_EQ(all.due(noon + 2h, 9).size(), 1u);
}

TEST(Timetable, WhatCannotBeReadIsNeverDue) {
    timetable all({});
    all.put_faulty("s", "list", "bytes");
    EXPECT_EQ(all.size(), 1u);
    EXPECT_EQ(all.next(), std::nullopt);
    EXPECT_TRUE(all.due(noon, 9).empty());
}

}  // namespace
}  // namespace headroom::tasks
