#include "headroom/tasks/cron/zone.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include "headroom/tasks/cron/zones_fixture.hpp"

namespace headroom::tasks {
namespace {

using namespace std::chrono_literals;
using std::chrono::sys_seconds;

TEST(Zone, EveryOneIsWhereTheCLibraryHasItThrough2040) {
    for (const auto& name : zone_names()) {
        const auto of = zone::named(name);
        ASSERT_TRUE(of) << name;
        const libc_clock clock(name);
        for (sys_seconds at = year_2020; at < year_2041; at += 7 * 24h)
            ASSERT_EQ(of->at(at).offset, clock.offset(at)) << name << " " << at.time_since_epoch();
        for (sys_seconds at = of->at(year_2020).end; at < year_2041; at = of->at(at).end) {
            ASSERT_EQ(of->at(at).offset, clock.offset(at)) << name;
            ASSERT_EQ(of->at(at - 1s).offset, clock.offset(at - 1s)) << name;
            ASSERT_LE(of->at(at).begin, at);
        }
    }
}

TEST(Zone, ATimeOnTheWallHasTheInstantItIsFirstShown) {
    const auto names = zone_names();
    unsigned gaps = 0, folds = 0;
    for (std::size_t i = 0; i < names.size(); i += 3) {
        const auto of = zone::named(names[i]).value();
        const auto change = of.at(year_2020 + 4000 * 24h).end;  // some in 2030
        if (change > year_2041) continue;
        const libc_clock clock(names[i]);
        for (auto wall = change - 1h + of.at(change - 1s).offset, end = wall + 3h; wall < end;
             wall += 10min) {
            auto first = change - 4h;  // minute by minute, as somebody who looks at it
            while (first + clock.offset(first) < wall) first += 1min;
            ASSERT_EQ(of.first_instant(wall), first) << names[i];
            gaps += first + clock.offset(first) > wall;
            folds += first < change && wall - of.at(change).offset >= change;
        }
    }
    EXPECT_GT(gaps, 20u);
    EXPECT_GT(folds, 20u);
}

RC_GTEST_PROP(Zone, LaterTimesOnTheWallHaveNoEarlierInstants, ()) {
    static const auto names = zone_names();
    const auto of = zone::named(*rc::gen::elementOf(names)).value();
    const wall_seconds wall(std::chrono::seconds(*rc::gen::inRange(1'500'000'000, 2'147'000'000)));
    const auto later = wall + std::chrono::minutes(*rc::gen::inRange(0, 300));
    RC_ASSERT(of.first_instant(wall) <= of.first_instant(later));
    RC_ASSERT(of.wall(of.first_instant(wall)) >= wall);
}

TEST(Zone, IsAlsoUtcOrAFixedDistance) {
    const sys_seconds noon = year_2020 + 12h;
    EXPECT_EQ(zone().wall(noon), noon);
    EXPECT_EQ(zone::of({})->wall(noon), noon);
    EXPECT_EQ(zone::of(std::chrono::microseconds(-90min))->wall(noon), noon - 90min);
    EXPECT_EQ(zone::fixed(2h).first_instant(noon), noon - 2h);
    EXPECT_EQ(zone::of("Europe/Paris")->wall(noon), noon + 1h);
}

TEST(Zone, WhatTheDatabaseDoesNotHaveIsNone) {
    for (const auto* name : {"", "Europe/Atlantis", "europe/paris", "/etc/passwd",
                             "../../etc/passwd", "Europe/Paris ", "EST5EDT4", "Europe"})
        EXPECT_FALSE(zone::named(name)) << name;
    EXPECT_FALSE(zone::named(std::string(zone_bytes_max + 1, 'A')));
}

}  // namespace
}  // namespace headroom::tasks
