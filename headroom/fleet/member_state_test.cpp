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
    EXPECT_EQ(state.closed_to(9, clock.now()), 9U) << "whatever it is asked for";
    EXPECT_EQ(state.next(8, clock.now()), action::visit);
    EXPECT_EQ(state.closed_to(8, clock.now()), 8U);
    state.visited(of(8, 8), clock.now());
    EXPECT_EQ(state.target(), std::nullopt);
    EXPECT_EQ(state.next(8, clock.now()), action::rest);
}

TEST_F(MemberState, GivesBackBitByBitWhatIsSlowToComeBack) {
    state.joined(of(20), clock.now());
    state.visited(of(20, 8), clock.now());
    EXPECT_EQ(state.next(15, clock.now() + 249ms), action::rest);
    EXPECT_EQ(state.next(20, clock.now() + 250ms), action::rest) << "nothing has come back";
    EXPECT_EQ(state.next(15, clock.now() + 250ms), action::visit);
    EXPECT_EQ(state.closed_to(15, clock.now()), 15U);
    state.visited(of(15, 8), clock.now());
    EXPECT_EQ(state.limit(clock.now()), 8U);
}

TEST_F(MemberState, AsksAtOnceWhenItCouldUseMoreThanItHas) {
    state.joined(of(12), clock.now());
    clock.advance(1s);
    state.needs(12, clock.now());
    EXPECT_EQ(state.next(12, clock.now()), action::rest);
    state.needs(13, clock.now());
    EXPECT_EQ(state.next(12, clock.now()), action::visit);
    EXPECT_EQ(state.tell_demand(), 13U);
    state.needs(50, clock.now());
    EXPECT_EQ(state.tell_demand(), 20U) << "its ceiling";
}

TEST_F(MemberState, AsksAgainSoonWhileItIsBelowItsPartAndSeldomOtherwise) {
    state.joined(of(12), clock.now());
    const auto asks_after = [&](const reservation& answer) {
        state.needs(20, clock.now());
        state.tell_demand();
        state.visited(answer, clock.now());
        auto waited = 0ms;
        while (state.next(12, clock.now()) == action::rest) {
            clock.advance(10ms);
            waited += 10ms;
            state.needs(20, clock.now());
        }
        return waited;
    };
    auto below = of(12);
    below.unmet = true;
    EXPECT_EQ(asks_after(below), 100ms);
    EXPECT_EQ(asks_after(below), 150ms);
    for (int i = 0; i < 5; ++i) asks_after(below);
    EXPECT_EQ(asks_after(below), 500ms);
    EXPECT_TRUE(state.unmet());
    EXPECT_EQ(asks_after(of(12)), 1000ms) << "it has its part";
    for (int i = 0; i < 5; ++i) asks_after(of(12));
    EXPECT_EQ(asks_after(of(12)), 3000ms);
    below.units = 14;
    EXPECT_EQ(asks_after(below), 100ms) << "something came";
}

TEST_F(MemberState, DoesNotAskWhileItIsAskedToGive) {
    state.joined(of(12), clock.now());
    state.visited(of(12, 8), clock.now());
    clock.advance(1s);
    state.needs(20, clock.now());
    EXPECT_EQ(state.next(12, clock.now()), action::rest);
    EXPECT_TRUE(state.may_have_to_visit());
}

TEST_F(MemberState, TellsTheLedgerWhenItsDemandHasHalved) {
    state.joined(of(20), clock.now());
    state.needs(18, clock.now());
    state.tell_demand();
    state.visited(of(20), clock.now());
    for (int i = 0; i < 9; ++i) {
        clock.advance(100ms);
        state.needs(6, clock.now());
        EXPECT_EQ(state.next(6, clock.now()), action::rest) << "a peak of the last moments";
    }
    clock.advance(200ms);
    state.needs(6, clock.now());
    EXPECT_EQ(state.demand(), 6U);
    EXPECT_EQ(state.next(6, clock.now()), action::visit);
}

TEST_F(MemberState, MayHaveToVisitUnlessItHasAllItCanEverUse) {
    EXPECT_FALSE(state.may_have_to_visit()) << "no member yet";
    state.joined(of(12), clock.now());
    EXPECT_TRUE(state.may_have_to_visit());
    state.visited(of(20), clock.now());
    EXPECT_FALSE(state.may_have_to_visit());
    state.visited(of(20, 15), clock.now());
    EXPECT_TRUE(state.may_have_to_visit());
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
    EXPECT_EQ(small.next(3, clock.now()), action::rest);
    EXPECT_EQ(small.next(2, clock.now()), action::visit) << "control and the unit of the visit";
    EXPECT_EQ(small.closed_to(2, clock.now()), 1U);
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
