#include <gtest/gtest.h>

#include <optional>

#include "headroom/budget/ledger.hpp"

namespace headroom::budget {
namespace {

/// Consumers that queue for units, and a record of who got one in which order.
class Wishes : public ::testing::Test {
protected:
    grant open(std::string consumer, unsigned floor, unsigned burst) {
        return book.open({std::move(consumer), floor, burst}).value();
    }
    void want(grant& by) {
        by.want([this](lease unit) {
            served.push_back(unit.consumer());
            delivered.push_back(std::move(unit));
        });
    }
    std::vector<lease> take(grant& from, unsigned units) {
        std::vector<lease> all;
        while (units-- > 0) all.push_back(from.take().value());
        return all;
    }

    ledger book{"postgres", 4};
    std::vector<std::string> served;
    std::vector<lease> delivered;
};

using strings = std::vector<std::string>;

TEST_F(Wishes, AFreeUnitIsDeliveredBeforeWantReturns) {
    auto one = open("one", 1, 0);
    want(one);
    EXPECT_EQ(served, strings{"one"});
    EXPECT_FALSE(book.snapshot().accounts[0].wants);
    delivered.clear();
}

TEST_F(Wishes, AreServedFirstComeFirstServed) {
    auto holder = open("holder", 0, 4), a = open("a", 0, 4), b = open("b", 0, 4);
    auto held = take(holder, 4);
    want(b);
    want(a);
    held.pop_back();
    EXPECT_EQ(served, strings{"b"});
    held.pop_back();
    EXPECT_EQ(served, (strings{"b", "a"}));
    delivered.clear();
}

TEST_F(Wishes, AUnitThatCameBackIsNotTakenFromUnderAWaiter) {
    auto holder = open("holder", 0, 4), waits = open("waits", 0, 4);
    auto held = take(holder, 4);
    want(waits);
    held.pop_back();
    EXPECT_EQ(served, strings{"waits"});
    EXPECT_FALSE(holder.take()) << "the unit belongs to who waited";
    delivered.clear();
}

TEST_F(Wishes, OneHeldBackByItsOwnBurstBlocksNobody) {
    auto capped = open("capped", 0, 1), other = open("other", 0, 4);
    auto held = take(capped, 1);
    want(capped);
    EXPECT_TRUE(served.empty());
    EXPECT_TRUE(other.take()) << "the reserve has units";
    held.clear();
    EXPECT_EQ(served, strings{"capped"});
    delivered.clear();
}

TEST_F(Wishes, OneIsOutstandingAtMost) {
    auto holder = open("holder", 0, 4), waits = open("waits", 0, 4);
    auto held = take(holder, 4);
    want(waits);
    want(waits);
    held.clear();
    EXPECT_EQ(served.size(), 1u);
    delivered.clear();
}

TEST_F(Wishes, AForgottenOneIsNeverServed) {
    auto holder = open("holder", 0, 4), waits = open("waits", 0, 4);
    auto held = take(holder, 4);
    want(waits);
    EXPECT_TRUE(waits.forget());
    EXPECT_FALSE(waits.forget());
    held.clear();
    EXPECT_TRUE(served.empty());
}

TEST_F(Wishes, ForgettingOneThatWasServedSaysSo) {
    auto one = open("one", 1, 0);
    want(one);
    EXPECT_FALSE(one.forget());
    EXPECT_EQ(served, strings{"one"});
    delivered.clear();
}

TEST_F(Wishes, OneThatIsServedFirstOvertakesThoseWhoCameEarlier) {
    auto holder = open("holder", 0, 4), waits = open("waits", 0, 4);
    auto first = book.open({"first", 0, 1, false, true}).value();
    auto held = take(holder, 4);
    want(waits);
    want(first);
    held.pop_back();
    EXPECT_EQ(served, strings{"first"});
    held.pop_back();
    EXPECT_EQ(served, (strings{"first", "waits"}));
    delivered.clear();
}

TEST_F(Wishes, OneThatAwaitsItsOwnUnitGetsItBackBeforeOthers) {
    auto holder = open("holder", 0, 3), waits = open("waits", 0, 4);
    auto visits = book.open({"visits", 0, 1, false, true}).value();
    auto held = take(holder, 3), visit = take(visits, 1);
    want(waits);
    want(visits);
    visit.clear();
    EXPECT_EQ(served, strings{"visits"});
    EXPECT_TRUE(waits.forget());
    delivered.clear();
}

TEST_F(Wishes, CountAsDemandWithAllTheyStandFor) {
    auto holder = open("holder", 0, 4), waits = open("waits", 0, 9), other = open("other", 0, 9);
    auto held = take(holder, 4);
    EXPECT_EQ(book.demand().queued, 0U);
    waits.awaits(7);
    EXPECT_EQ(book.demand().queued, 0U) << "nobody queues";
    want(waits);
    want(other);
    EXPECT_EQ(book.demand().held, 4U);
    EXPECT_EQ(book.demand().queued, 8U);
    waits.awaits(20);
    EXPECT_EQ(book.demand().queued, 10U) << "no more than its own burst";
    waits.forget();
    other.forget();
}

TEST_F(Wishes, OfOneHeldBackByItsOwnBurstAreNoDemand) {
    auto capped = open("capped", 0, 1);
    auto held = take(capped, 1);
    want(capped);
    EXPECT_FALSE(capped.take());
    EXPECT_EQ(book.demand().queued, 0U);
    EXPECT_EQ(book.demand().turned_away, 0U);
    capped.forget();
}

TEST_F(Wishes, WhoIsTurnedAwayForWantOfAUnitIsCounted) {
    auto holder = open("holder", 0, 4), lanes = open("lanes", 0, 2);
    auto held = take(holder, 4);
    EXPECT_FALSE(lanes.take());
    EXPECT_FALSE(lanes.take());
    EXPECT_EQ(book.demand().turned_away, 2U);
}

TEST_F(Wishes, TheFloorOfAnEndedGrantServesThem) {
    auto holder = open("holder", 0, 4), waits = open("waits", 0, 4);
    std::optional<grant> ends = open("ends", 4, 0);
    want(waits);
    EXPECT_TRUE(served.empty());
    ends.reset();
    EXPECT_EQ(served, strings{"waits"});
    delivered.clear();
}

TEST_F(Wishes, AGrownCeilingServesThem) {
    auto holder = open("holder", 0, 9), waits = open("waits", 0, 9);
    auto held = take(holder, 4);
    want(waits);
    ASSERT_TRUE(book.resize(5));
    EXPECT_EQ(served, strings{"waits"});
    delivered.clear();
}

TEST_F(Wishes, AGrantMayEndWhileItQueues) {
    auto holder = open("holder", 0, 4);
    auto held = take(holder, 4);
    {
        auto waits = open("waits", 0, 4);
        want(waits);
    }
    held.clear();
    EXPECT_TRUE(served.empty());
}

TEST_F(Wishes, AReceiverMayGiveTheUnitBackAtOnce) {
    auto holder = open("holder", 0, 4), a = open("a", 0, 4), b = open("b", 0, 4);
    auto held = take(holder, 4);
    unsigned calls = 0;
    a.want([&](lease) { ++calls; });
    b.want([&](lease) { ++calls; });
    held.pop_back();
    EXPECT_EQ(calls, 2u) << "one unit passed through both";
    EXPECT_EQ(book.held(), 3u);
}

TEST_F(Wishes, ARefusalCountsWhoWaits) {
    auto holder = open("holder", 0, 4), waits = open("waits", 0, 4);
    auto held = take(holder, 4);
    want(waits);
    EXPECT_EQ(holder.take().error().waiting, 1u);
    const auto why = waits.refuse(refusal_reason::timed_out);
    EXPECT_EQ(why.reason, refusal_reason::timed_out);
    EXPECT_EQ(book.snapshot().accounts[1].refusals, 1u);
    waits.forget();
}

// ---- loans are called back while somebody waits ----

TEST_F(Wishes, RecallTheLoansOfOthersButNobodysFloor) {
    auto floor = open("floor", 1, 0), loans = open("loans", 0, 4), waits = open("waits", 0, 4);
    auto own = take(floor, 1);
    auto borrowed = take(loans, 3);
    EXPECT_FALSE(loans.recalled());
    want(waits);
    EXPECT_TRUE(loans.recalled());
    EXPECT_FALSE(floor.recalled());
    EXPECT_FALSE(waits.recalled());
    borrowed.pop_back();
    EXPECT_FALSE(loans.recalled()) << "nobody waits any more";
    delivered.clear();
}

TEST_F(Wishes, ThatAreForgottenRecallNothing) {
    auto loans = open("loans", 0, 4), waits = open("waits", 0, 4);
    auto borrowed = take(loans, 4);
    want(waits);
    waits.forget();
    EXPECT_FALSE(loans.recalled());
}

TEST_F(Wishes, HeldBackByTheirOwnBurstRecallNothing) {
    auto loans = open("loans", 0, 4), capped = open("capped", 0, 1);
    auto own = take(capped, 1), borrowed = take(loans, 3);
    want(capped);
    EXPECT_FALSE(loans.recalled()) << "a returned loan would not help";
    capped.forget();
}

TEST_F(Wishes, CallTheListenerOnceForEachRecall) {
    auto loans = open("loans", 0, 4), waits = open("waits", 0, 4);
    unsigned calls = 0;
    loans.on_recall([&] { ++calls; });
    auto borrowed = take(loans, 4);
    want(waits);
    EXPECT_EQ(calls, 1u);
    waits.forget();
    want(waits);
    EXPECT_EQ(calls, 2u);
    waits.forget();
}

TEST_F(Wishes, AListenerMayGiveItsLoansBackAtOnce) {
    auto loans = open("loans", 0, 4), waits = open("waits", 0, 4);
    auto borrowed = take(loans, 4);
    loans.on_recall([&] { borrowed.pop_back(); });
    want(waits);
    EXPECT_EQ(served, strings{"waits"});
    delivered.clear();
}

TEST_F(Wishes, AShrinkRecallsLoansThoughNobodyWaits) {
    auto loans = open("loans", 0, 4);
    auto borrowed = take(loans, 4);
    ASSERT_TRUE(book.resize(2));
    EXPECT_TRUE(loans.recalled());
    borrowed.erase(borrowed.begin(), borrowed.begin() + 2);
    EXPECT_FALSE(loans.recalled());
}

}  // namespace
}  // namespace headroom::budget
