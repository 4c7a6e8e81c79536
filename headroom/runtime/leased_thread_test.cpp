#include "headroom/runtime/leased_thread.hpp"

#include <gtest/gtest.h>
#include <pthread.h>
#include <signal.h>

#include <future>
#include <type_traits>

#include "headroom/testing/run.hpp"

namespace headroom {
namespace {

static_assert(!std::is_default_constructible_v<leased_thread>);
static_assert(!std::is_constructible_v<leased_thread, std::string, std::function<void()>>);
static_assert(!std::is_copy_constructible_v<leased_thread>);

TEST(LeasedThread, HoldsItsUnitUntilItWasJoined) {
    testing::thread_budget threads(1);
    std::promise<void> may_end, has_ended;
    leased_thread one(threads.one(), "one", [&] {
        may_end.get_future().wait();
        has_ended.set_value();
    });
    EXPECT_EQ(threads.held(), 1u);
    may_end.set_value();
    has_ended.get_future().wait();
    EXPECT_EQ(threads.held(), 1u);
    one.join();
    EXPECT_EQ(threads.held(), 0u);
    one.join();
}

TEST(LeasedThread, JoinsWhenDestroyed) {
    testing::thread_budget threads(1);
    bool done = false;
    {
        leased_thread one(threads.one(), "one", [&] { done = true; });
    }
    EXPECT_TRUE(done);
    EXPECT_EQ(threads.held(), 0u);
}

TEST(LeasedThread, TakesItsUnitAlongWhenMoved) {
    testing::thread_budget threads(1);
    leased_thread from(threads.one(), "one", [] {});
    leased_thread to(std::move(from));
    EXPECT_EQ(threads.held(), 1u);
    to.join();
    EXPECT_EQ(threads.held(), 0u);
}

TEST(LeasedThread, BlocksAllSignalsAndShowsItsName) {
    testing::thread_budget threads(1);
    sigset_t inside, before, after;
    char name[16] = {};
    pthread_sigmask(SIG_SETMASK, nullptr, &before);
    leased_thread(threads.one(), "a name that is too long", [&] {
        pthread_sigmask(SIG_SETMASK, nullptr, &inside);
        pthread_getname_np(pthread_self(), name, sizeof name);
    }).join();
    pthread_sigmask(SIG_SETMASK, nullptr, &after);
    EXPECT_TRUE(sigismember(&inside, SIGTERM));
    EXPECT_EQ(sigismember(&before, SIGTERM), sigismember(&after, SIGTERM));
    EXPECT_STREQ(name, "a name that is ");
}

TEST(LeasedThreadDeathTest, DoesNotStartWithoutAUnit) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_DEATH(leased_thread(budget::lease(), "none", [] {}), "a thread starts from a lease");
}

}  // namespace
}  // namespace headroom
