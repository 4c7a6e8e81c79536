#include "headroom/budget/ledger.hpp"

#include <gtest/gtest.h>

#include <optional>
#include <type_traits>

#include "headroom/testing/manual_clock.hpp"

namespace headroom::budget {
namespace {

static_assert(!std::is_copy_constructible_v<lease> && !std::is_copy_constructible_v<grant>);
static_assert(!std::is_constructible_v<lease, account&>, "only a ledger makes leases");

/// A ledger of `ceiling` units and a few verbs on it.
class Ledger : public ::testing::Test {
protected:
    grant open(std::string consumer, unsigned floor, unsigned burst) {
        return book.open({std::move(consumer), floor, burst}).value();
    }
    lease take(grant& from) { return from.take().value(); }
    std::vector<lease> take(grant& from, unsigned units) {
        std::vector<lease> all;
        while (units-- > 0) all.push_back(take(from));
        return all;
    }

    headroom::testing::manual_clock time;
    ledger book{"postgres", 12, time.source()};
};

TEST_F(Ledger, GivesAConsumerItsFloorHoweverMuchOthersBorrow) {
    auto quiet = open("quiet", 3, 0), greedy = open("greedy", 0, 100);
    auto loans = take(greedy, 9);
    EXPECT_FALSE(greedy.take());
    EXPECT_EQ(take(quiet, 3).size(), 3u);
}

TEST_F(Ledger, LendsAboveTheFloorUpToTheBurst) {
    auto one = open("one", 2, 3);
    auto held = take(one, 5);
    EXPECT_EQ(one.borrowed(), 3u);
    EXPECT_FALSE(one.take());
    EXPECT_EQ(book.held(), 5u);
}

TEST_F(Ledger, SharesOneReserveAmongAllBursts) {
    auto a = open("a", 4, 4), b = open("b", 4, 4);
    auto of_a = take(a, 7), of_b = take(b, 5);
    EXPECT_EQ(book.held(), book.ceiling());
    EXPECT_FALSE(a.take());
    EXPECT_FALSE(b.take());
    of_a.pop_back();
    EXPECT_TRUE(b.take());
}

TEST_F(Ledger, TakesAUnitBackWhenItsLeaseEnds) {
    auto one = open("one", 1, 0);
    {
        auto held = take(one);
    }
    EXPECT_EQ(book.held(), 0u);
    EXPECT_TRUE(one.take());
}

TEST_F(Ledger, ALeaseAndAGrantKnowTheirs) {
    ledger other("postgres:second", 10);
    auto share = book.open({"a", 1, 0}).value();
    auto unit = share.take().value();
    EXPECT_EQ(&share.book(), &book);
    EXPECT_TRUE(unit.is_of(book));
    EXPECT_FALSE(unit.is_of(other));
    EXPECT_FALSE(lease().is_of(book));
}

TEST_F(Ledger, CountsAMovedLeaseOnce) {
    auto one = open("one", 2, 0);
    auto first = take(one), second = std::move(first);
    EXPECT_FALSE(first);
    EXPECT_TRUE(second);
    EXPECT_EQ(book.held(), 1u);
    second = take(one);
    EXPECT_EQ(book.held(), 1u) << "the overwritten lease went back";
}

TEST_F(Ledger, RefusesAUnitWithEveryFigureAndTheLargestHolderFirst) {
    auto a = open("a", 1, 11), b = open("b", 1, 11);
    auto of_a = take(a, 3), of_b = take(b, 9);
    const auto why = a.take().error();
    EXPECT_EQ(why.reason, refusal_reason::exhausted);
    EXPECT_EQ(why.resource, "postgres");
    EXPECT_EQ(why.consumer, "a");
    EXPECT_EQ(why.held, 12u);
    EXPECT_EQ(why.limit, 12u);
    EXPECT_EQ(why.holders, (std::vector<holding>{{"b", 9}, {"a", 3}}));
}

TEST_F(Ledger, RefusesAFloorThatDoesNotFitBesideTheOthers) {
    auto one = open("one", 10, 0);
    const auto refused = book.open({"two", 3, 0});
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, refusal_reason::over_ceiling);
    EXPECT_EQ(refused.error().asked, 3u);
    EXPECT_EQ(refused.error().held, 10u);
    EXPECT_EQ(refused.error().holders, (std::vector<holding>{{"one", 10}}));
}

TEST_F(Ledger, RefusesALateFloorThatLoansAlreadyStandOn) {
    auto early = open("early", 0, 12);
    auto loans = take(early, 10);
    EXPECT_FALSE(book.open({"late", 3, 0}));
    EXPECT_TRUE(book.open({"late", 2, 0}));
}

TEST_F(Ledger, GivesTheFloorOfAnEndedGrantToTheReserve) {
    auto stays = open("stays", 0, 12);
    std::optional<grant> ends = open("ends", 12, 0);
    EXPECT_FALSE(stays.take());
    ends.reset();
    EXPECT_TRUE(stays.take());
    EXPECT_EQ(book.snapshot().reserve, 12u);
}

TEST_F(Ledger, CountsAClosingLeaseUntilItIsGoneAndNoClockFreesIt) {
    auto one = open("one", 1, 0);
    std::optional<lease> held = take(one);
    held->begin_closing();
    held->begin_closing();  // said twice, counted once
    time.advance(std::chrono::hours(24));
    EXPECT_EQ(book.snapshot().closing, 1u);
    EXPECT_FALSE(one.take());
    held.reset();
    EXPECT_EQ(book.snapshot().closing, 0u);
    EXPECT_TRUE(one.take());
}

TEST_F(Ledger, KeepsTheClosingStateOfAMovedLease) {
    auto one = open("one", 1, 0);
    auto held = take(one);
    held.begin_closing();
    {
        auto moved = std::move(held);
        EXPECT_TRUE(moved.closing());
    }
    EXPECT_EQ(book.snapshot().closing, 0u);
    EXPECT_EQ(book.held(), 0u);
}

TEST_F(Ledger, TellsWhenAndForWhomALeaseWasTaken) {
    auto one = open("persistence.lanes", 1, 0);
    time.advance(std::chrono::seconds(7));
    const auto held = take(one);
    EXPECT_EQ(held.since(), time.now());
    EXPECT_EQ(held.consumer(), "persistence.lanes");
}

TEST_F(Ledger, GrowsFromOneUnitOnceTheLimitIsKnown) {
    ledger small("postgres", 1);
    auto control = small.open({"control", 1, 0}).value();
    EXPECT_FALSE(small.open({"lanes", 1, 0}));
    ASSERT_TRUE(small.resize(12));
    EXPECT_TRUE(small.open({"lanes", 1, 0}));
}

TEST_F(Ledger, RefusesACeilingBelowTheFloors) {
    auto one = open("one", 5, 0);
    const auto refused = book.resize(4);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().asked, 5u);
    EXPECT_EQ(book.ceiling(), 12u);
    EXPECT_TRUE(book.resize(5));
}

TEST_F(Ledger, LendsNothingAfterAShrinkUntilTheExcessIsBack) {
    auto one = open("one", 2, 10);
    auto held = take(one, 8);
    ASSERT_TRUE(book.resize(4));
    while (held.size() > 4) {
        EXPECT_FALSE(one.take());
        held.pop_back();
    }
    EXPECT_FALSE(one.take()) << "4 of 4";
    held.pop_back();
    EXPECT_TRUE(one.take());
}

TEST_F(Ledger, LendsToThoseServedFirstWhileTheExcessComesBack) {
    auto one = open("one", 2, 10);
    auto visits = book.open({"visits", 0, 1, false, true}).value();
    auto held = take(one, 8);
    ASSERT_TRUE(book.resize(4, 8));
    EXPECT_FALSE(visits.take()) << "8 of 8";
    held.pop_back();
    EXPECT_FALSE(one.take());
    {
        const auto visit = visits.take();
        EXPECT_TRUE(visit);
        EXPECT_FALSE(visits.take()) << "its burst";
    }
    ASSERT_TRUE(book.resize(4));
    EXPECT_FALSE(visits.take());
}

TEST_F(Ledger, ShowsWhatEachConsumerHoldsAndTheMostItEverHeld) {
    auto a = open("a", 1, 2), b = open("b", 1, 0);
    {
        auto three = take(a, 3);
    }
    auto one = take(a);
    EXPECT_FALSE(b.take().value().closing());
    const auto now = book.snapshot();
    ASSERT_EQ(now.accounts.size(), 2u);
    EXPECT_EQ(now.accounts[0].held, 1u);
    EXPECT_EQ(now.accounts[0].held_max, 3u);
    EXPECT_EQ(now.held_max, 3u);
    EXPECT_EQ(now.floors + now.reserve, now.ceiling);
}

using LedgerDeath = Ledger;

TEST_F(LedgerDeath, AGrantMustNotEndBeforeItsLeases) {
    const auto end_too_early = [] {
        ledger book("postgres", 1);
        std::optional<grant> one = book.open({"one", 1, 0}).value();
        auto held = one->take().value();
        one.reset();
    };
    EXPECT_DEATH(end_too_early(), "a grant ended before its leases");
}

TEST_F(LedgerDeath, ALedgerMustNotEndBeforeItsGrants) {
    const auto end_too_early = [] {
        std::optional<ledger> book(std::in_place, "postgres", 1u);
        auto one = book->open({"one", 1, 0}).value();
        book.reset();
    };
    EXPECT_DEATH(end_too_early(), "a ledger ended before its grants");
}

}  // namespace
}  // namespace headroom::budget
