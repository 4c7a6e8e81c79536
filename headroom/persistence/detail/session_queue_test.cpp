#include "headroom/persistence/detail/session_queue.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <memory>

namespace headroom::persistence::detail {
namespace {

using namespace std::chrono_literals;
using budget::holder;

/// A caller that remembers its outcome.
struct caller : session_waiter {
    caller(holder* by, instant due) : session_waiter({by, std::source_location::current()},
                                                     deadline(due)) {}
    void resolved() noexcept override { ++told; }
    unsigned told = 0;
};

/// A queue with its keeper, whose connections open when the test says so.
struct SessionQueue : ::testing::Test {
    session_bounds bounds;
    instant now = instant(1000s);
    holder work{"work"};
    std::unique_ptr<session_slot[]> slots;
    std::unique_ptr<session_queue> queue;
    std::deque<session_slot*> opening;
    chores todo;

    void make(unsigned floor, unsigned max) {
        slots = std::make_unique<session_slot[]>(max);
        queue = std::make_unique<session_queue>(bounds, floor, max, [this] { return now; });
        for (unsigned i = 0; i < max; ++i) queue->add(slots[i]);
    }
    void make_open(unsigned floor, unsigned max) {
        make(floor, max);
        keep_house();
        open_all();
    }
    /// What the keeper does whenever something changed: begins to open what is wanted.
    void keep_house() {
        while (queue->openings_wanted() > 0) opening.push_back(queue->begin_opening());
    }
    void open_all() {
        while (!opening.empty()) open_one();
    }
    void open_one() {
        auto* slot = opening.front();
        opening.pop_front();
        if (queue->ready(*slot) == given::close_it) queue->vacate(*slot);
    }
    session_slot* take() { return queue->try_take({&work, std::source_location::current()}).slot; }
    given give(session_slot* slot) { return queue->give(*slot, slot->generation); }
    void tick(bool recalled = false) {
        todo.clear();
        queue->tick(recalled, todo);
    }
    std::unique_ptr<caller> wait(std::chrono::milliseconds patience, holder* by = nullptr) {
        auto who = std::make_unique<caller>(by, now + patience);
        queue->wait(*who);
        keep_house();
        return who;
    }
    void finish(caller& who) {
        if (who.got) give(std::exchange(who.got, {}).slot);
    }
};

TEST_F(SessionQueue, LendsTheSessionUsedLast) {
    make_open(2, 2);
    auto *first = take(), *second = take();
    give(first), give(second);
    EXPECT_EQ(take(), second);
    EXPECT_EQ(queue->figures().used, 1U);
    give(second);
}

TEST_F(SessionQueue, OpensItsFloorAtTheStart) {
    make(3, 5);
    EXPECT_EQ(queue->openings_wanted(), 3U);
    keep_house(), open_all();
    EXPECT_EQ(queue->figures().idle, 3U);
    EXPECT_EQ(queue->openings_wanted(), 0U);
}

TEST_F(SessionQueue, ServesCallersInTheOrderInWhichTheyCame) {
    make_open(1, 1);
    auto* held = take();
    auto first = wait(1s), second = wait(1s), third = wait(1s);
    give(held);
    EXPECT_EQ(first->outcome, wait_outcome::served);
    EXPECT_EQ(second->outcome, wait_outcome::queued);
    EXPECT_EQ(take(), nullptr) << "nobody overtakes the queue";
    finish(*first);
    EXPECT_EQ(second->told, 1U);
    finish(*second);
    EXPECT_EQ(third->told, 1U);
    finish(*third);
}

TEST_F(SessionQueue, NeverServesACallerWhoseDeadlineHasPassed) {
    make_open(1, 1);
    auto* held = take();
    auto late = wait(100ms), patient = wait(10s);
    now += 101ms;
    give(held);
    EXPECT_EQ(late->outcome, wait_outcome::timed_out);
    EXPECT_EQ(patient->outcome, wait_outcome::served);
    finish(*patient);
}

TEST_F(SessionQueue, IsUnharmedByAHundredThousandTimeouts) {
    make_open(1, 1);
    for (int i = 0; i < 100'000; ++i) {
        auto* held = take();
        ASSERT_NE(held, nullptr);
        auto late = wait(1ms);
        now += 1ms;
        ASSERT_TRUE(queue->withdraw(*late, wait_outcome::timed_out));
        give(held);
    }
    const auto figures = queue->figures();
    EXPECT_EQ(figures.timeouts, 100'000U);
    EXPECT_EQ(figures.pending, 0U);
    EXPECT_EQ(figures.idle, 1U);
}

TEST_F(SessionQueue, RefusesOneCallerMoreThanItsBound) {
    bounds.waiting_max = 2;
    make_open(1, 1);
    auto* held = take();
    auto first = wait(1s), second = wait(1s), third = wait(1s);
    EXPECT_EQ(third->outcome, wait_outcome::queue_full);
    queue->withdraw(*first, wait_outcome::timed_out);
    queue->withdraw(*second, wait_outcome::timed_out);
    give(held);
}

TEST_F(SessionQueue, AFreedSessionServesTheCallerAConnectionIsBeingOpenedFor) {
    make_open(5, 50);
    std::vector<std::unique_ptr<caller>> callers;
    for (int i = 0; i < 50; ++i) callers.push_back(wait(10s));
    for (int step = 0; step < 75; ++step) {  // 2 ms a query, 150 ms until a connection opens
        now += 2ms;
        std::vector<caller*> working;
        for (auto& each : callers)
            if (each->got) working.push_back(each.get());
        for (auto* each : working) finish(*each);
        keep_house();
    }
    open_all();
    keep_house(), open_all();
    EXPECT_TRUE(std::ranges::all_of(
        callers, [](const auto& each) { return each->outcome == wait_outcome::served; }));
    EXPECT_LE(queue->figures().opened, 6U);
}

TEST_F(SessionQueue, OpensOneThenTwoThenFourWhileCallersStillWait) {
    make(0, 16);
    std::vector<std::unique_ptr<caller>> callers;
    for (int i = 0; i < 16; ++i) callers.push_back(wait(10s));
    std::vector<std::size_t> at_once;
    while (!opening.empty()) {
        at_once.push_back(opening.size());
        for (auto round = opening.size(); round > 0; --round) open_one();
        keep_house();
    }
    EXPECT_EQ(at_once[0], 1U);
    EXPECT_EQ(at_once[1], 2U);
    EXPECT_LE(at_once[2], 8U);
    for (auto& each : callers) finish(*each);
}

TEST_F(SessionQueue, ASessionUnusedForLongIsCheckedBeforeItIsLent) {
    make_open(1, 1);
    now += 499ms;
    tick();
    auto* fresh = take();
    ASSERT_NE(fresh, nullptr) << "used less than 500 ms ago: no check";
    give(fresh);
    now += 500ms;
    tick();
    EXPECT_EQ(take(), nullptr);
    auto who = wait(1s);
    auto* checked = queue->next_to_check();
    ASSERT_NE(checked, nullptr);
    EXPECT_EQ(queue->next_to_check(), nullptr) << "one check for one caller";
    queue->ready(*checked);
    EXPECT_EQ(who->outcome, wait_outcome::served);
    finish(*who);
}

TEST_F(SessionQueue, AFailedCheckMakesRoomForANewConnection) {
    make_open(1, 1);
    now += 1s;
    auto who = wait(1s);
    auto* dead = queue->next_to_check();
    queue->lost(*dead);
    queue->vacate(*dead);
    keep_house(), open_all();
    EXPECT_EQ(who->outcome, wait_outcome::served);
    finish(*who);
}

TEST_F(SessionQueue, ConnectionsBornTogetherDoNotRetireTogether) {
    bounds.lifetime_ms_max = 1'000'000ms;
    make_open(100, 100);
    std::vector<std::chrono::milliseconds> ages;
    for (unsigned i = 0; i < 100; ++i)
        ages.push_back(std::chrono::duration_cast<std::chrono::milliseconds>(slots[i].retire_at -
                                                                             slots[i].unit_since));
    std::ranges::sort(ages);
    EXPECT_GE(ages.back() - ages.front(), 100'000ms) << "10 % of the lifetime";
    EXPECT_LE(ages.back(), 1'000'000ms);
    for (std::size_t i = 0; i + 5 < ages.size(); ++i)
        EXPECT_GT(ages[i + 5] - ages[i], 10'000ms) << "six within 1 % of the lifetime, from " << i;
}

TEST_F(SessionQueue, AConnectionAtTheEndOfItsLifeIsClosedWhenItComesBack) {
    make_open(1, 1);
    auto* old = take();
    now += bounds.lifetime_ms_max;
    tick();
    EXPECT_EQ(give(old), given::close_it);
    queue->vacate(*old);
    EXPECT_EQ(queue->openings_wanted(), 1U) << "the floor stays open";
}

TEST_F(SessionQueue, ShrinksByIdleSessionsAtOnceAndByLentOnesWhenTheyComeBack) {
    make_open(4, 4);
    auto *one = take(), *two = take();
    queue->resize(1);
    tick();
    EXPECT_EQ(todo.close.size(), 2U);
    for (auto* each : todo.close) queue->vacate(*each);
    EXPECT_EQ(queue->figures().used, 2U) << "a lent session is never taken away";
    EXPECT_EQ(give(one), given::close_it);
    queue->vacate(*one);
    EXPECT_EQ(give(two), given::kept);
    EXPECT_EQ(queue->figures().idle, 1U);
}

TEST_F(SessionQueue, GrowsAgainAfterAResize) {
    make_open(1, 4);
    queue->resize(1);
    auto* held = take();
    auto who = wait(1s);
    EXPECT_TRUE(opening.empty());
    queue->resize(4);
    keep_house(), open_all();
    EXPECT_EQ(who->outcome, wait_outcome::served);
    finish(*who);
    give(held);
}

TEST_F(SessionQueue, IdleLoansGoBackWhenOthersWaitAndTheFloorStays) {
    make(1, 3);
    auto first = wait(1s), second = wait(1s), third = wait(1s);
    while (!opening.empty()) open_one(), keep_house();
    finish(*first), finish(*second), finish(*third);
    now += budget::loan_ms_min - 1ms;
    tick(true);
    EXPECT_TRUE(todo.close.empty()) << "a loan lasts at least 250 ms";
    now += 1ms;
    tick(true);
    EXPECT_EQ(todo.close.size(), 2U);
    for (auto* each : todo.close) queue->vacate(*each);
    EXPECT_EQ(queue->figures().idle, 1U);
}

TEST_F(SessionQueue, EndsTheLongestHoldOfABorrowedUnitAtItsBound) {
    make(1, 2);
    auto first = wait(1s), second = wait(1s);
    while (!opening.empty()) open_one(), keep_house();
    now += bounds.session_hold_ms_max;
    tick();
    ASSERT_EQ(todo.revoke.size(), 1U) << "the floor's unit may be held on";
    auto* slot = todo.revoke.front();
    auto& loser = first->got.slot == slot ? *first : *second;
    EXPECT_EQ(queue->give(*slot, slot->generation - 1), given::not_yours);
    loser.got = {};
    queue->ready(*slot);
    finish(*first), finish(*second);
}

TEST_F(SessionQueue, WhatIsCalledBackBeforeItsCallerLooksIsNotTheCallersAnyMore) {
    make_open(1, 1);
    const auto held = take();
    auto next = wait(1s);
    give(held);
    ASSERT_EQ(next->outcome, wait_outcome::served);
    todo.clear();
    queue->call_back_all(todo);
    ASSERT_EQ(todo.revoke, std::vector{held});
    const auto late = std::exchange(next->got, {});
    EXPECT_FALSE(queue->keep(*late.slot, late.generation));
    EXPECT_EQ(queue->give(*late.slot, late.generation), given::not_yours);
    queue->ready(*held);
    EXPECT_EQ(queue->figures().idle, 1U);
}

TEST_F(SessionQueue, WhileOneHoldIsBeingEndedTheFloorsStaysUntouched) {
    make(1, 2);
    auto first = wait(1s), second = wait(1s);
    while (!opening.empty()) open_one(), keep_house();
    now += bounds.session_hold_ms_max;
    tick();
    ASSERT_EQ(todo.revoke.size(), 1U);
    auto* slot = todo.revoke.front();
    (first->got.slot == slot ? *first : *second).got = {};
    now += bounds.tick_ms;
    tick();
    EXPECT_TRUE(todo.revoke.empty()) << "the one that was called back is not tidied up yet";
    queue->ready(*slot);
    finish(*first), finish(*second);
}

TEST_F(SessionQueue, AFloorsHoldOutlivesItsBoundWhileAnotherConnectionOpens) {
    make_open(1, 2);
    auto* held = take();
    auto other = wait(1min);
    ASSERT_EQ(opening.size(), 1U);
    now += bounds.session_hold_ms_max;
    tick();
    EXPECT_TRUE(todo.revoke.empty()) << "nobody holds a borrowed unit yet";
    open_one();
    tick();
    EXPECT_EQ(todo.revoke.size(), 1U) << "now two hold, and this one for too long";
    queue->ready(*held);
    finish(*other);
}

TEST_F(SessionQueue, AnswersTheSecondWishOfWhoeverGotAUnit) {
    make_open(1, 1);
    auto* held = take();
    holder twin("twin");
    auto one = wait(1s, &twin), other = wait(1s, &twin);
    give(held);
    EXPECT_EQ(one->outcome, wait_outcome::served);
    EXPECT_EQ(other->outcome, wait_outcome::holds_already);
    finish(*one);
}

TEST_F(SessionQueue, EverySessionOfAServerThatChangedItsRoleIsReplaced) {
    make_open(2, 2);
    auto* lent = take();
    queue->retire_all();
    tick();
    EXPECT_EQ(todo.close.size(), 1U);
    EXPECT_EQ(give(lent), given::close_it);
    queue->vacate(*lent), queue->vacate(*todo.close.front());
    EXPECT_EQ(queue->openings_wanted(), 2U);
}

TEST_F(SessionQueue, ReportsALongHoldOnceWithItsHolderItsLineAndItsStatement) {
    make_open(1, 1);
    auto* held = take();
    queue->note_statement(*held, "SELECT slow()");
    now += bounds.leak_ms;
    tick();
    ASSERT_EQ(todo.leaks.size(), 1U);
    const auto text = todo.leaks.front().message();
    EXPECT_NE(text.find("work since 10000 ms at session_queue_test.cpp:"), text.npos) << text;
    EXPECT_NE(text.find("last: SELECT slow()"), text.npos) << text;
    tick();
    EXPECT_TRUE(todo.leaks.empty());
    give(held);
}

TEST_F(SessionQueue, ItsAccountNamesUsedMaxWaitersAndTheOldestHold) {
    make_open(1, 1);
    auto* held = take();
    auto who = wait(1s);
    const auto text = queue->account();
    EXPECT_NE(text.find("1 of 1 sessions out, 0 opening, 1 waiting; oldest hold: work"), text.npos)
        << text;
    give(held);
    finish(*who);
}

TEST_F(SessionQueue, ClosingRefusesWhoWaitsAndWhoComes) {
    make_open(1, 1);
    auto* held = take();
    auto who = wait(1s);
    queue->close(todo);
    EXPECT_EQ(who->outcome, wait_outcome::closing);
    EXPECT_EQ(wait(1s)->outcome, wait_outcome::closing);
    EXPECT_EQ(give(held), given::close_it);
}

/// A service of identical tasks on a manual clock, one millisecond a step.
struct SessionLoad : SessionQueue {
    struct job {
        std::unique_ptr<caller> who;
        instant asked{}, ends{};
    };
    std::vector<std::chrono::milliseconds> waits;
    std::deque<job> working;
    std::deque<job> queued;

    void ask(std::chrono::milliseconds patience) {
        queued.push_back({wait(patience), now, {}});
    }
    void step(std::chrono::milliseconds hold) {
        now += 1ms;
        while (!working.empty() && working.front().ends <= now) {
            finish(*working.front().who);
            working.pop_front();
        }
        for (auto& each : queued) {
            if (each.who->outcome == wait_outcome::queued && each.who->due.passed(now))
                queue->withdraw(*each.who, wait_outcome::timed_out);
            if (each.who->outcome != wait_outcome::served) continue;
            waits.push_back(
                std::chrono::duration_cast<std::chrono::milliseconds>(now - each.asked));
            each.ends = now + hold;
            working.push_back(std::move(each));
        }
        std::erase_if(queued, [](const job& each) {
            return each.who == nullptr || each.who->outcome != wait_outcome::queued;
        });
    }
    std::chrono::milliseconds percentile(double share) {
        std::ranges::sort(waits);
        return waits[static_cast<std::size_t>(share * static_cast<double>(waits.size() - 1))];
    }
    void stop() {
        queue->close(todo);
        for (auto* list : {&working, &queued})
            for (auto& each : *list) finish(*each.who);
    }
};

TEST_F(SessionLoad, AThousandTasksOnFiftySessionsWaitAboutEquallyLong) {
    bounds.shed_target_ms = 0ms;
    make_open(50, 50);
    for (int i = 0; i < 1000; ++i) ask(60s);
    for (int ms = 0; ms < 2000; ++ms) {
        const auto before = waits.size();
        step(1ms);
        for (auto served = waits.size() - before; served > 0; --served) ask(60s);
    }
    waits.erase(waits.begin(), waits.begin() + 1000);  // the first wave came all at once
    EXPECT_LE(percentile(0.999), 4 * percentile(0.5));
    stop();
}

TEST_F(SessionLoad, AtThreeTimesItsLoadItServesNineTenthsOfWhatItCanWithShortWaits) {
    make_open(2, 2);
    const auto arrivals_a_step = 6;  // two sessions of 1 ms each: 2 a step
    const int warm_up = 2000, measured = 5000;
    for (int ms = 0; ms < warm_up + measured; ++ms) {
        if (ms == warm_up) waits.clear();
        for (int i = 0; i < arrivals_a_step; ++i) ask(1s);
        step(1ms);
    }
    EXPECT_GE(waits.size(), static_cast<std::size_t>(measured * 2 * 9 / 10));
    EXPECT_LE(percentile(0.99), 100ms);
    EXPECT_GT(queue->figures().shed, 0U);
    stop();
}

// Lengths of time and numbers of things are different types: neither can be given for the other.
static_assert(!std::is_convertible_v<std::size_t, decltype(session_bounds::leak_ms)>);
static_assert(!std::is_convertible_v<decltype(session_bounds::leak_ms), std::size_t>);

}  // namespace
}  // namespace headroom::persistence::detail
