#include "headroom/fleet/member_state.hpp"

#include <gtest/gtest.h>

#include "headroom/testing/manual_clock.hpp"

namespace headroom::fleet {
namespace {

using namespace std::chrono_literals;
using action = member_state::action;

/// A process of floor 5 that would like 20.
class MemberState : public ::testing::Test {
protected:
    static reservation of(unsigned units, std::optional<unsigned> target = {}) {
        reservation made;
        made.units = units;
        made.target = target;
        return made;
    }
    testing::manual_clock clock;
    member_state state{5, 20, {.visit_ms = 5s, .fenced_ms_max = 10s}};
    static constexpr unsigned nothing_held = 0;
};

TEST_F(MemberState, OpensNothingBeforeItHasJoined) {
    EXPECT_FALSE(state.may_open());
    EXPECT_EQ(state.next(nothing_held, clock.now()), action::rest);
    state.joined(of(12), clock.now());
    EXPECT_TRUE(state.may_open());
    EXPECT_EQ(state.limit(clock.now()), 12U);
}

TEST_F(MemberState, VisitsTheLedgerAtItsIntervalAndWhenItIsCalled) {
    state.joined(of(12), clock.now());
    EXPECT_EQ(state.next(12, clock.now() + 4999ms), action::rest);
    EXPECT_EQ(state.next(12, clock.now() + 5s), action::visit);
    state.called(clock.now());
    EXPECT_EQ(state.next(12, clock.now()), action::visit);
    state.visited(of(12), clock.now());
    EXPECT_EQ(state.next(12, clock.now()), action::rest);
}

TEST_F(MemberState, ClosesFirstAndReportsItOnlyWhenItIsClosed) {
    state.joined(of(20), clock.now());
    state.visited(of(20, 8), clock.now());
    EXPECT_EQ(state.limit(clock.now()), 8U);
    EXPECT_EQ(state.reserved(), 20U);
    EXPECT_EQ(state.next(9, clock.now()), action::rest);
    EXPECT_EQ(state.next(8, clock.now()), action::visit);
    EXPECT_EQ(state.closed_to(), 8U);
    state.visited(of(8, 8), clock.now());
    EXPECT_EQ(state.target(), std::nullopt);
    EXPECT_EQ(state.next(8, clock.now()), action::rest);
}

TEST_F(MemberState, KeepsItsShareOnAStandbyAndIsFencedAgainWhenItLeavesIt) {
    state.joined(of(12), clock.now());
    state.on_standby(clock.now());
    EXPECT_FALSE(state.safe_mode());
    state.lost(clock.now());
    state.on_standby(clock.now());
    EXPECT_TRUE(state.may_open());
    EXPECT_TRUE(state.safe_mode());
    EXPECT_EQ(state.limit(clock.now()), 12U);
    state.lost(clock.now());
    EXPECT_EQ(state.next(nothing_held, clock.now()), action::join_again);
}

TEST_F(MemberState, IsFencedTheMomentItsProofOfLifeIsGone) {
    state.joined(of(12), clock.now());
    state.lost(clock.now());
    EXPECT_FALSE(state.may_open());
    EXPECT_EQ(state.phase(), member_phase::fenced);
    EXPECT_EQ(state.next(12, clock.now()), action::join_again);
    EXPECT_EQ(state.limit(clock.now()), 12U);
}

TEST_F(MemberState, ShrinksToItsFloorWhenTheFenceLastsTooLong) {
    state.joined(of(12), clock.now());
    state.lost(clock.now());
    clock.advance(9999ms);
    EXPECT_EQ(state.limit(clock.now()), 12U);
    clock.advance(1ms);
    EXPECT_EQ(state.limit(clock.now()), 5U);
    state.joined(of(9), clock.now());
    EXPECT_EQ(state.limit(clock.now()), 9U);
}

TEST_F(MemberState, KeepsWhatItHasWhenTheLedgerCannotBeReached) {
    state.joined(of(12), clock.now());
    clock.advance(5s);
    state.unreachable(clock.now());
    EXPECT_TRUE(state.safe_mode());
    EXPECT_TRUE(state.may_open());
    EXPECT_EQ(state.limit(clock.now()), 12U);
    EXPECT_EQ(state.next(12, clock.now()), action::rest);
    EXPECT_EQ(state.next(12, clock.now() + 5s), action::visit);
    state.visited(of(14), clock.now());
    EXPECT_FALSE(state.safe_mode());
    EXPECT_EQ(state.limit(clock.now()), 14U);
}

TEST_F(MemberState, IgnoresTheAnswerOfALifeThatIsOver) {
    state.joined(of(12), clock.now());
    state.lost(clock.now());
    state.visited(of(20), clock.now());
    EXPECT_EQ(state.phase(), member_phase::fenced);
    EXPECT_EQ(state.reserved(), 12U);
}

/// A process that can do with control alone and would like 4.
class SmallestMember : public MemberState {
protected:
    member_state small{1, 4, {.visit_ms = 5s, .fenced_ms_max = 10s}};
};

TEST_F(SmallestMember, KeepsAUnitForTheVisitThatSaysItHasShrunkToControl) {
    small.joined(of(3), clock.now());
    small.visited(of(3, 1), clock.now());
    EXPECT_EQ(small.limit(clock.now()), 2U);
    EXPECT_EQ(small.next(2, clock.now()), action::rest);
    EXPECT_EQ(small.next(1, clock.now()), action::visit);
    EXPECT_EQ(small.closed_to(), 1U);
    small.visited(of(1), clock.now());
    EXPECT_EQ(small.limit(clock.now()), 1U);
}

TEST_F(SmallestMember, WithControlAloneItDoesNotVisit) {
    small.joined(of(1), clock.now());
    EXPECT_FALSE(small.may_visit());
    small.called(clock.now());
    EXPECT_EQ(small.next(1, clock.now() + 1h), action::rest);
}

TEST_F(SmallestMember, ComesBackWithTheSessionsOfAJoiner) {
    small.joined(of(1), clock.now());
    small.lost(clock.now());
    EXPECT_EQ(small.next(1, clock.now()), action::join_again);
    EXPECT_EQ(small.limit(clock.now() + 1h), 2U);
}

TEST_F(MemberState, DoesNothingMoreOnceItHasLeft) {
    state.joined(of(12), clock.now());
    state.left();
    state.lost(clock.now());
    EXPECT_EQ(state.phase(), member_phase::gone);
    EXPECT_EQ(state.next(12, clock.now() + 1h), action::rest);
}

}  // namespace
}  // namespace headroom::fleet
