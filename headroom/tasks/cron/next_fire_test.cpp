// All zones of the database from 2020 to 2040, around every time a clock is moved.
#include "headroom/tasks/cron/next_fire.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <set>

#include "headroom/tasks/cron/cron_expression.hpp"
#include "headroom/tasks/cron/pycron.hpp"
#include "headroom/tasks/cron/zones_fixture.hpp"
#include "headroom/tasks/wire/iso_time.hpp"

namespace headroom::tasks {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

sys_seconds utc(std::string_view text) {
    return std::chrono::floor<std::chrono::seconds>(parse_date_time(text).value().instant());
}

std::vector<std::string> fires(const cron_table& table, std::string_view zone_name,
                               std::string_view after, std::size_t count) {
    std::vector<std::string> made;
    const auto on = zone::named(zone_name).value();
    for (auto at = next_fire(table, on, utc(after)); at && made.size() < count;
         at = next_fire(table, on, *at))
        made.push_back(iso_date_time(in_utc(*at)).substr(5, 11));  // month to minute
    return made;
}

std::vector<std::string> own_fires(std::string_view expression, std::string_view zone_name,
                                   std::string_view after, std::size_t count) {
    return fires(parse_cron(expression).value(), zone_name, after, count);
}

using listed = std::vector<std::string>;

TEST(NextFire, ASkippedTimeOfDayIsDueAtTheInstantItIsSkipped) {
    EXPECT_EQ(own_fires("30 2 * * *", "Europe/Paris", "2026-03-28T02:00", 3),
              (listed{"03-29T01:00", "03-30T00:30", "03-31T00:30"}));
    EXPECT_EQ(own_fires("0,20,40 2,3 * * *", "Europe/Paris", "2026-03-29T00:00", 4),
              (listed{"03-29T01:00", "03-29T01:20", "03-29T01:40", "03-30T00:00"}));
    EXPECT_EQ(own_fires("0 0 * * *", "Africa/Cairo", "2026-04-23T00:00", 3),
              (listed{"04-23T22:00", "04-24T21:00", "04-25T21:00"}));
}

TEST(NextFire, ATimeOfDayShownTwiceIsDueTheFirstTime) {
    EXPECT_EQ(own_fires("30 2 * * *", "Europe/Paris", "2026-10-24T12:00", 2),
              (listed{"10-25T00:30", "10-26T01:30"}));
    EXPECT_EQ(own_fires("30 2 * * *", "Europe/Paris", "2026-10-25T00:30", 1),
              (listed{"10-26T01:30"}));
}

TEST(NextFire, AStarInTheHourFollowsTheClockAsItRuns) {
    EXPECT_EQ(own_fires("30 * * * *", "Europe/Paris", "2026-03-28T23:45", 3),
              (listed{"03-29T00:30", "03-29T01:30", "03-29T02:30"}));
    EXPECT_EQ(own_fires("30 * * * *", "Europe/Paris", "2026-10-24T23:45", 3),
              (listed{"10-25T00:30", "10-25T01:30", "10-25T02:30"}));
}

TEST(NextFire, TaskiqSkipsWhatIsSkippedAndRepeatsWhatIsRepeated) {
    const auto table = pycron_expression::parse("30 2 * * *")->table();
    EXPECT_EQ(fires(table, "Europe/Paris", "2026-03-28T02:00", 1), (listed{"03-30T00:30"}));
    EXPECT_EQ(fires(table, "Europe/Paris", "2026-10-24T12:00", 3),
              (listed{"10-25T00:30", "10-25T01:30", "10-26T01:30"}));
}

TEST(NextFire, IsSearchedEightYearsAheadAndNoFurther) {
    const auto leap = parse_cron("0 0 29 2 *").value();
    EXPECT_EQ(next_fire(leap, {}, utc("2096-02-29T00:00")), utc("2104-02-29T00:00"));
    EXPECT_EQ(next_fire(parse_cron("0 0 31 2 *").value(), {}, year_2020), std::nullopt);
    EXPECT_EQ(next_fire(parse_cron("* * 30 2 *").value(), *zone::named("Europe/Paris"), year_2020),
              std::nullopt);
}

/// Dues of a time of day around one change of the clock, each checked against its definition.
void check_times_of_day(const cron_table& table, const zone& on, sys_seconds change,
                        std::chrono::minutes time, const std::string& name) {
    const auto begin = change - 60h, end = change + 60h;
    std::set<sys_seconds> found;
    for (auto at = next_fire(table, on, begin); at && *at < end; at = next_fire(table, on, *at))
        found.insert(*at);
    std::set<sys_seconds> expected;
    for (auto day = std::chrono::floor<std::chrono::days>(begin) - std::chrono::days(1);
         day < end + 24h; day += std::chrono::days(1)) {
        const wall_seconds wall = sys_seconds(day) + time;
        // Shown in the first span in which it is, or passed over where one begins beyond it.
        auto at = begin - 48h;
        while (wall - on.at(at).offset >= on.at(at).end) at = on.at(at).end;
        const auto span = on.at(at);
        const auto due = wall - span.offset >= span.begin ? wall - span.offset : span.begin;
        if (due > begin && due < end) expected.insert(due);
    }
    ASSERT_EQ(found, expected) << name;
    ASSERT_GE(found.size(), 4u) << name;  // once a local day
    ASSERT_LE(found.size(), 6u) << name;
}

/// A clock that is moved by quarters of an hour does not disturb what is due every quarter.
void check_elapsed_time(const zone& on, sys_seconds change, const std::string& name) {
    static const auto quarters = parse_cron("*/15 * * * *").value();
    if (on.at(change).offset % 15min != 0s || on.at(change - 1s).offset % 15min != 0s) return;
    auto before = *next_fire(quarters, on, change - 3h);
    for (int i = 0; i < 24; ++i) {
        const auto at = *next_fire(quarters, on, before);
        ASSERT_EQ(at - before, 15min) << name;
        before = at;
    }
}

TEST(NextFire, InAllZonesATimeOfDayIsDueOnceALocalDayAndQuartersFollowElapsedTime) {
    unsigned changes = 0;
    for (const auto& name : zone_names()) {
        const auto on = zone::named(name).value();
        for (auto change = on.at(year_2020).end; change < year_2041; change = on.at(change).end) {
            const int minute = static_cast<int>(changes * 37 % 240);  // of the first four hours
            const auto table = parse_cron(std::to_string(minute % 60) + " " +
                                          std::to_string(minute / 60) + " * * *");
            check_times_of_day(table.value(), on, change, std::chrono::minutes(minute), name);
            check_elapsed_time(on, change, name);
            if (::testing::Test::HasFatalFailure()) return;
            ++changes;
        }
    }
    EXPECT_GT(changes, 5'000u);
}

TEST(NextFire, OverTwentyYearsThereIsOneForEachLocalDay) {
    for (const auto* name : {"America/New_York", "Australia/Lord_Howe", "Africa/Casablanca",
                             "Europe/Dublin", "Asia/Gaza", "Africa/Cairo", "America/Havana"}) {
        const auto on = zone::named(name).value();
        for (const auto* expression : {"30 2 * * *", "0 0 * * *", "15 1 * * *"}) {
            const auto table = parse_cron(expression).value();
            const auto end = on.first_instant(year_2041);
            int count = 0;
            for (auto at = next_fire(table, on, on.first_instant(year_2020) - 1s); *at < end;
                 at = next_fire(table, on, *at))
                ++count;
            EXPECT_EQ(count, (year_2041 - year_2020).count()) << name << " " << expression;
        }
    }
}

RC_GTEST_PROP(NextFire, IsTheFirstMinuteTheClockShowsAMatch, ()) {
    static const auto names = zone_names();
    const auto on = zone::named(*rc::gen::elementOf(names)).value();
    const auto number = [](int least, int most) {
        return std::to_string(*rc::gen::inRange(least, most + 1));
    };
    const auto table = parse_cron(number(0, 59) + " */" + number(1, 23) + " * * *").value();
    const sys_seconds after(std::chrono::seconds(*rc::gen::inRange(1'500'000'000, 2'147'000'000)));
    const auto due = next_fire(table, on, after);
    RC_ASSERT(due.has_value() && *due > after && table.matches(on.wall(*due)));
    for (auto at = std::chrono::floor<std::chrono::minutes>(after) + 1min; at < *due; at += 1min)
        RC_ASSERT(!table.matches(on.wall(at)) || on.wall(at).time_since_epoch() % 1min != 0s);
}

}  // namespace
}  // namespace headroom::tasks
