#include "headroom/testing/run.hpp"

#include <gtest/gtest.h>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/manual_clock.hpp"

namespace headroom::testing {
namespace {

TEST(Run, RunsTheBodyOnAReactor) {
    const reactor* where = nullptr;
    run([&]() -> task<void> {
        where = reactor::current();
        co_return;
    });
    EXPECT_NE(where, nullptr);
    EXPECT_EQ(reactor::current(), nullptr);
}

TEST(Run, RethrowsWhatTheBodyThrew) {
    EXPECT_THROW(run([]() -> task<void> {
                     co_await yield_now();
                     throw std::out_of_range("planted");
                 }),
                 std::out_of_range);
}

TEST(Run, GivesUpOnABodyThatNeverEnds) {
    const auto forever = []() -> task<void> {
        co_await sleep_until(deadline::after(std::chrono::hours(1)));
    };
    EXPECT_THROW(run(forever, std::chrono::milliseconds(20)), std::runtime_error);
}

TEST(Run, ContinuesOnAReactorThatIsKept) {
    test_reactor kept;
    int visits = 0;
    for (int i = 0; i < 3; ++i)
        run_on(kept, [&]() -> task<void> {
            ++visits;
            co_return;
        });
    EXPECT_EQ(visits, 3);
}

TEST(ThreadBudget, CountsTheThreadsOfATest) {
    thread_budget threads(2);
    {
        reactor one;
        one.start(threads.one());
        EXPECT_EQ(threads.held(), 1u);
    }
    EXPECT_EQ(threads.held(), 0u);
}

TEST(Eventually, SaysWhetherTheConditionCameTrue) {
    int looks = 0;
    EXPECT_TRUE(eventually([&] { return ++looks == 3; }));
    EXPECT_FALSE(eventually([] { return false; }, std::chrono::milliseconds(5)));
}

TEST(Eventually, LetsTheReactorRunBetweenTwoLooks) {
    run([]() -> task<void> {
        bool done = false;
        reactor::current()->spawn([&done]() -> task<void> {
            done = true;
            co_return;
        });
        EXPECT_TRUE(co_await eventually_on_reactor([&] { return done; }));
    });
}

TEST(ManualClock, MovesOnlyWhenAdvanced) {
    manual_clock clock;
    const auto source = clock.source();
    const auto before = source();
    EXPECT_EQ(source(), before);
    clock.advance(std::chrono::milliseconds(250));
    EXPECT_EQ(source() - before, std::chrono::milliseconds(250));
}

}  // namespace
}  // namespace headroom::testing
