#include "headroom/fleet/standby_state.hpp"

#include <gtest/gtest.h>

#include "headroom/testing/manual_clock.hpp"

namespace headroom::fleet {
namespace {

using namespace std::chrono_literals;

/// A process that needs 2 sessions on a standby and would like 10.
class StandbyState : public ::testing::Test {
protected:
    void grant(unsigned units) {
        reservation made;
        made.units = units;
        state.granted(made, clock.now());
    }
    testing::manual_clock clock;
    standby_state state{2, 10, {.visit_ms = 5s, .ask_ms = 1s, .fenced_ms_max = 10s}};
};

TEST_F(StandbyState, AsksUntilItHolds) {
    EXPECT_TRUE(state.due(false, clock.now()));
    state.looked("7/1", true);
    EXPECT_EQ(state.phase(), standby_phase::joining);
    grant(10);
    EXPECT_EQ(state.phase(), standby_phase::holding);
    EXPECT_EQ(state.limit(clock.now()), 10U);
    EXPECT_FALSE(state.due(false, clock.now() + 4999ms));
    EXPECT_TRUE(state.due(false, clock.now() + 5s)) << "to notice a promotion as well";
}

TEST_F(StandbyState, AsksSoonerWhileItUsesAllItHasAndWouldLikeMore) {
    grant(4);
    EXPECT_FALSE(state.due(false, clock.now() + 4999ms)) << "it does not use what it has";
    EXPECT_FALSE(state.due(true, clock.now() + 999ms));
    EXPECT_TRUE(state.due(true, clock.now() + 1s));
}

TEST_F(StandbyState, KeepsWhatItHasWhileTheLedgerCannotBeReached) {
    grant(4);
    state.unreachable(clock.now());
    EXPECT_TRUE(state.safe_mode());
    EXPECT_EQ(state.limit(clock.now() + 1h), 4U);
    grant(4);
    EXPECT_FALSE(state.safe_mode());
}

TEST_F(StandbyState, NoTicketOutlastsALoss) {
    state.looked("7/1", true);
    state.take("a");
    EXPECT_EQ(state.ticket(), "a");
    grant(10);
    const auto before = state.life();
    state.lost(clock.now());
    EXPECT_EQ(state.phase(), standby_phase::fenced);
    EXPECT_NE(state.life(), before);
    EXPECT_EQ(state.ticket(), std::nullopt);
}

TEST_F(StandbyState, LosesItsTicketWhileItJoinsToo) {
    state.looked("7/1", true);
    state.take("a");
    state.lost(clock.now());
    EXPECT_EQ(state.phase(), standby_phase::joining);
    EXPECT_EQ(state.ticket(), std::nullopt);
}

TEST_F(StandbyState, FencedItKeepsItsUnitsForAWhileAndThenItsFloor) {
    grant(10);
    state.lost(clock.now());
    EXPECT_TRUE(state.due(false, clock.now()));
    EXPECT_EQ(state.limit(clock.now() + 9s), 10U);
    EXPECT_EQ(state.limit(clock.now() + 10s), 2U);
    EXPECT_EQ(state.reserved(), 10U) << "what it had, when it asks again";
}

TEST_F(StandbyState, ARestartedStandbyIsANewScopeThatTheOldOneIsLeftFor) {
    state.looked("7/1", true);
    grant(10);
    state.lost(clock.now());
    state.looked("7/2", true);
    state.take("b");
    state.looked("7/3", true);
    EXPECT_EQ(state.scope(), "7/3");
    EXPECT_EQ(state.left_scope(), "7/1") << "the one that has the share";
    EXPECT_EQ(state.ticket(), std::nullopt) << "of another scope";
    grant(10);
    EXPECT_EQ(state.left_scope(), std::nullopt);
}

TEST_F(StandbyState, PromotedItIsOver) {
    state.looked("7/1", true);
    grant(10);
    state.looked("7/1", false);
    EXPECT_EQ(state.phase(), standby_phase::promoted);
    EXPECT_EQ(state.limit(clock.now()), 2U);
    grant(10);
    state.lost(clock.now());
    EXPECT_EQ(state.phase(), standby_phase::promoted) << "whatever comes late";
    EXPECT_FALSE(state.due(false, clock.now() + 1h));
}

TEST_F(StandbyState, GoneItAsksNothing) {
    grant(10);
    state.left();
    EXPECT_FALSE(state.due(false, clock.now() + 1h));
}

}  // namespace
}  // namespace headroom::fleet
