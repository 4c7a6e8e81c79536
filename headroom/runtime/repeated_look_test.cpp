#include "headroom/runtime/repeated_look.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <stdexcept>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/run.hpp"

namespace headroom {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using testing::eventually;
using testing::test_reactor;

TEST(RepeatedLook, LooksWhenItStartsAndAgainAfterEachPeriod) {
    test_reactor home;
    std::atomic<int> looks{0};
    repeated_look of(home, milliseconds(1), [&] {
        EXPECT_TRUE(home.is_current());
        ++looks;
    });
    EXPECT_EQ(looks, 0);
    of.start();
    EXPECT_GE(looks, 1);
    EXPECT_TRUE(eventually([&] { return looks >= 5; }));
    EXPECT_TRUE(of.stop());
    const int last = looks;
    home.run_blocking([] { return sleep_until(deadline::after(milliseconds(50))); });
    EXPECT_EQ(looks, last) << "none runs after a stop";
}

TEST(RepeatedLook, StopsWithoutAStartAndOnlyOnce) {
    test_reactor home;
    repeated_look of(home, hours(1), [] {});
    EXPECT_FALSE(of.stop());
    of.start();
    EXPECT_TRUE(of.stop());
    EXPECT_FALSE(of.stop());
}

TEST(RepeatedLook, WaitsForALookThatRuns) {
    test_reactor home;
    std::atomic<int> begun{0}, ended{0};
    repeated_look of(home, milliseconds(1), [&]() -> task<void> {
        EXPECT_EQ(begun, ended) << "two run at once";
        if (++begun > 1) co_await sleep_until(deadline::after(milliseconds(100)));
        ++ended;
    });
    of.start();
    EXPECT_EQ(ended, 1) << "the first has ended";
    ASSERT_TRUE(eventually([&] { return begun == 2; }));
    of.stop();
    EXPECT_EQ(ended, begun);
}

TEST(RepeatedLook, DoesNotStartWhenTheFirstLookFails) {
    test_reactor home;
    repeated_look of(home, milliseconds(1), []() -> task<void> {
        throw std::runtime_error("nothing to see");
        co_return;
    });
    EXPECT_THROW(of.start(), std::runtime_error);
    EXPECT_FALSE(of.stop());
}

TEST(RepeatedLook, StopsWhenItIsDestroyed) {
    test_reactor home;
    std::atomic<int> looks{0};
    {
        repeated_look of(home, milliseconds(1), [&] { ++looks; });
        of.start();
    }
    const int last = looks;
    home.run_blocking([] { return sleep_until(deadline::after(milliseconds(50))); });
    EXPECT_EQ(looks, last);
}

}  // namespace
}  // namespace headroom
