#include "headroom/persistence/detail/lane_choice.hpp"

#include <gtest/gtest.h>

#include "headroom/budget/ledger.hpp"
#include "headroom/persistence/detail/lane_statement.hpp"

namespace headroom::persistence::detail {
namespace {

using namespace std::chrono_literals;
using pending = std::vector<std::size_t>;

TEST(ChooseLane, TakesTheOneWithTheFewestInFlight) {
    EXPECT_EQ(choose_lane(pending{5, 2, 9}, 0), 1u);
}

TEST(ChooseLane, LetsEqualsTakeTurns) {
    EXPECT_EQ(choose_lane(pending{0, 0, 0}, 0), 1u);
    EXPECT_EQ(choose_lane(pending{0, 0, 0}, 1), 2u);
    EXPECT_EQ(choose_lane(pending{0, 0, 0}, 2), 0u);
}

TEST(ChooseLane, PassesOverThoseThatAreNotReady) {
    EXPECT_EQ(choose_lane(pending{not_ready, 100}, 1), 1u);
    EXPECT_EQ(choose_lane(pending{not_ready, not_ready}, 0), std::nullopt);
    EXPECT_EQ(choose_lane(pending{}, 0), std::nullopt);
}

TEST(Lane, AnotherIsWantedWhenAllAreDeep) {
    const lane_bounds bounds{.deep = 10};
    std::vector<lane_view> lanes{{.ready = true, .pending = 10}, {.ready = true, .pending = 9}};
    EXPECT_FALSE(wants_another(lanes, bounds));
    lanes[1].pending = 11;
    EXPECT_TRUE(wants_another(lanes, bounds));
    lanes[0].ready = false;  // it is about to come up
    EXPECT_FALSE(wants_another(lanes, bounds));
}

TEST(Lane, IsSuspectAfterTheLongestSilence) {
    const lane_bounds bounds;
    EXPECT_FALSE(is_suspect({.ready = true, .silent = bounds.silent_ms_max - 1ms}, bounds));
    EXPECT_TRUE(is_suspect({.ready = true, .silent = bounds.silent_ms_max}, bounds));
}

TEST(Lane, OfTheFloorNeverGoesBack) {
    EXPECT_FALSE(goes_back({.ready = true, .age = 1h, .unneeded = 1h}, true, {}));
}

TEST(Lane, OnLoanGoesBackWhenIdleOrCalledFor) {
    const lane_bounds bounds;
    lane_view loan{.ready = true, .borrowed = true, .age = 1h, .unneeded = bounds.idle_ms_max};
    EXPECT_TRUE(goes_back(loan, false, bounds));
    loan.unneeded = 0ms;
    EXPECT_FALSE(goes_back(loan, false, bounds));
    EXPECT_TRUE(goes_back(loan, true, bounds));
    loan.age = budget::loan_ms_min - 1ms;
    EXPECT_FALSE(goes_back(loan, true, bounds));
}

TEST(LaneBounds, SayWhatMakesNoSense) {
    EXPECT_TRUE(lane_bounds{}.faults().empty());
    const lane_bounds wrong{.statement_ms_max = 0ms, .pending_max = 1, .deep = 2};
    EXPECT_EQ(wrong.faults().size(), 2u);
}

TEST(LaneStatement, TakesWhatLeavesNothingBehind) {
    for (const auto* text : {"select 1", "  SELECT", "\n-- why\nselect 1", "/* a */ (select 1)",
                             "with x as (select 1) select", "insert into t", "Values (1)"})
        EXPECT_TRUE(fits_a_lane(text)) << text;
    for (const auto* text : {"begin", "SET x = 1", "listen a", "", "  ", "selection", "-- select",
                             "/* select", "declare c cursor", "copy t from stdin", "lock t"})
        EXPECT_FALSE(fits_a_lane(text)) << text;
}

}  // namespace
}  // namespace headroom::persistence::detail
