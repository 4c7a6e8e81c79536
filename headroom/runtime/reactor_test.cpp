#include "headroom/runtime/reactor.hpp"

#include <gtest/gtest.h>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <future>
#include <memory>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/run.hpp"

namespace headroom {
namespace {

using std::chrono::milliseconds;
using testing::eventually;
using testing::test_reactor;
using testing::thread_budget;

TEST(Reactor, StopsWithoutStartAndTwice) {
    reactor never_started;
    never_started.stop();
    never_started.stop();
}

TEST(Reactor, GivesItsThreadBackWhenItStops) {
    thread_budget threads(1);
    reactor one;
    one.start(threads.one());
    EXPECT_EQ(threads.held(), 1u);
    one.stop();
    EXPECT_EQ(threads.held(), 0u);
    one.stop();
}

TEST(Reactor, RunsASpawnedTaskOnItsOwnThread) {
    test_reactor one;
    std::promise<bool> there;
    one.spawn([&]() -> task<void> {
        there.set_value(one.is_current());
        co_return;
    });
    EXPECT_TRUE(there.get_future().get());
    EXPECT_FALSE(one.is_current());
}

TEST(Reactor, RunsATaskThatASpawnedTaskSpawns) {
    testing::thread_budget threads;
    reactor on;
    on.start(threads.one());
    std::promise<void> inner;
    on.spawn([&]() -> task<void> {
        on.spawn([&]() -> task<void> {
            on.spawn([&]() -> task<void> {
                inner.set_value();
                co_return;
            });
            co_return;
        });
        co_return;
    });
    EXPECT_EQ(inner.get_future().wait_for(std::chrono::seconds(10)), std::future_status::ready);
}

TEST(Reactor, DropsATaskSpawnedAfterItsStop) {
    test_reactor one;
    one.stop();
    auto witness = std::make_shared<int>();
    one.spawn([witness]() -> task<void> { co_return; });
    EXPECT_EQ(witness.use_count(), 1);
}

TEST(Reactor, RunsBlockingAndRethrows) {
    test_reactor one;
    int visits = 0;
    one.run_blocking([&]() -> task<void> {
        co_await yield_now();
        ++visits;
    });
    EXPECT_EQ(visits, 1);
    EXPECT_THROW(one.run_blocking([]() -> task<void> {
        co_await yield_now();
        throw std::out_of_range("planted");
    }),
                 std::out_of_range);
}

TEST(Reactor, EndsABlockingRunThatItsStopCutsOff) {
    test_reactor one;
    thread_budget threads(1);
    std::promise<void> suspended;
    leased_thread stopper(threads.one(), "stopper", [&] {
        suspended.get_future().wait();
        one.stop();
    });
    EXPECT_THROW(one.run_blocking([&]() -> task<void> {
        suspended.set_value();
        co_await sleep_until(deadline::after(std::chrono::hours(1)));
    }),
                 std::future_error);
    EXPECT_THROW(one.run_blocking([]() -> task<void> { co_return; }), std::future_error);
}

TEST(Reactor, DestroysSuspendedTasksBeforeStopReturns) {
    test_reactor one;
    auto witness = std::make_shared<int>();
    for (int i = 0; i < 100; ++i)
        one.spawn([witness]() -> task<void> {
            co_await sleep_until(deadline::after(std::chrono::hours(1)));
        });
    one.run_blocking([]() -> task<void> { co_await yield_now(); });
    EXPECT_EQ(witness.use_count(), 101);
    one.stop();
    EXPECT_EQ(witness.use_count(), 1);
}

TEST(Reactor, DestroysTasksThatNeverRanBecauseItNeverStarted) {
    auto witness = std::make_shared<int>();
    reactor never_started;
    never_started.spawn([witness]() -> task<void> { co_return; });
    never_started.stop();
    EXPECT_EQ(witness.use_count(), 1);
}

TEST(Reactor, LetsItsTimersBeDestroyedAfterItsStop) {
    test_reactor one;
    boost::asio::steady_timer timer(one.context());
    auto witness = std::make_shared<int>();
    timer.expires_after(std::chrono::hours(1));
    timer.async_wait([witness](boost::system::error_code) {});
    one.stop();
    EXPECT_EQ(witness.use_count(), 1);
    timer.cancel();
}

TEST(Reactor, IsCurrentForWhatItDestroysWhenItStops) {
    test_reactor one;
    bool current = false;
    const auto suspended = [&]() -> task<void> {
        const std::unique_ptr<int, std::function<void(int*)>> end(new int, [&](int* gone) {
            current = one.is_current();
            delete gone;
        });
        co_await sleep_until(deadline::after(std::chrono::hours(1)));
    };
    one.spawn(suspended);
    one.run_blocking([]() -> task<void> { co_await yield_now(); });
    one.stop();
    EXPECT_TRUE(current);
    EXPECT_FALSE(one.is_current());
}

TEST(ReactorDeathTest, EndsTheProgramWhenASpawnedTaskThrows) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(
        {
            test_reactor one;
            one.spawn([]() -> task<void> {
                throw std::out_of_range("planted");
                co_return;
            });
            eventually([] { return false; });
        },
        "");
}

TEST(ReactorDeathTest, RefusesToBlockItself) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(testing::run([]() -> task<void> {
                     reactor::current()->run_blocking([]() -> task<void> { co_return; });
                     co_return;
                 }),
                 "a reactor never blocks");
}

// Arms an alarm on its reactor and measures from there when it rings.
struct bell {
    explicit bell(reactor& on) : on_(on) {}
    void arm(milliseconds after) {
        on_.run_blocking([this, after]() -> task<void> {
            due_ = deadline::clock::now() + after;
            on_.arm(alarm_, deadline(due_));
            co_return;
        });
    }
    void disarm() {
        on_.run_blocking([this]() -> task<void> {
            alarm_.disarm();
            co_return;
        });
    }
    ~bell() { disarm(); }

    reactor& on_;
    deadline::clock::time_point due_, rang_at_;
    std::atomic<int> rings{0};
    alarm alarm_{[this] {
        rang_at_ = deadline::clock::now();
        ++rings;
    }};
};

TEST(ReactorDeadlines, RingAfterTheyAreDue) {
    test_reactor one;
    bell first(one), second(one);
    first.arm(milliseconds(30));
    second.arm(milliseconds(1));
    ASSERT_TRUE(eventually([&] { return first.rings == 1 && second.rings == 1; }));
    EXPECT_GE(first.rang_at_, first.due_);
    EXPECT_GE(second.rang_at_, second.due_);
}

TEST(ReactorDeadlines, RingAgainAfterTheTickerHasGoneIdle) {
    test_reactor one;
    bell late(one);
    late.arm(milliseconds(1));
    ASSERT_TRUE(eventually([&] { return late.rings == 1; }));
    ASSERT_TRUE(eventually([&] { return !one.ticking(); }));
    late.arm(milliseconds(1));
    EXPECT_TRUE(eventually([&] { return late.rings == 2; }));
    EXPECT_GE(late.rang_at_, late.due_);
}

TEST(ReactorDeadlines, DoNotRingWhenDisarmed) {
    test_reactor one;
    bell never(one), later(one);
    never.arm(milliseconds(5));
    never.disarm();
    later.arm(milliseconds(40));
    ASSERT_TRUE(eventually([&] { return later.rings == 1; }));
    EXPECT_EQ(never.rings, 0);
}

TEST(SleepUntil, ReturnsOnceItsDeadlineHasPassed) {
    testing::run([]() -> task<void> {
        const auto due = deadline::after(milliseconds(10));
        co_await sleep_until(due);
        EXPECT_TRUE(due.passed());
        co_await sleep_until(due);
    });
}

TEST(SleepUntil, IsCutShortByCancellation) {
    test_reactor one;
    boost::asio::cancellation_signal stop;
    std::promise<boost::system::error_code> answer;
    const auto sleeper = [&]() -> task<void> {
        try {
            co_await sleep_until(deadline::after(std::chrono::hours(1)));
        } catch (const boost::system::system_error& failed) {
            answer.set_value(failed.code());
        }
    };
    boost::asio::co_spawn(one.get_executor(), sleeper,
                          boost::asio::bind_cancellation_slot(stop.slot(), boost::asio::detached));
    one.run_blocking([&]() -> task<void> {
        co_await yield_now();
        stop.emit(boost::asio::cancellation_type::all);
    });
    EXPECT_EQ(answer.get_future().get(), boost::asio::error::operation_aborted);
}

TEST(YieldNow, LetsOthersRunFirst) {
    testing::run([]() -> task<void> {
        std::string order;
        boost::asio::post(reactor::current()->get_executor(), [&] { order += "other "; });
        co_await yield_now();
        order += "own";
        EXPECT_EQ(order, "other own");
    });
}

}  // namespace
}  // namespace headroom
