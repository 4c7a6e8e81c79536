#include "headroom/runtime/on_reactor.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "headroom/testing/run.hpp"

namespace headroom {
namespace {

namespace asio = boost::asio;

task<int> seven_of(reactor& where) {
    EXPECT_TRUE(where.is_current());
    co_return 7;
}

task<void> fails() {
    co_await yield_now();
    throw std::runtime_error("there");
}

TEST(OnReactor, RunsThereAndGoesOnHere) {
    testing::test_reactor here, there;
    testing::run_on(here, [&]() -> task<void> {
        EXPECT_EQ(co_await on_reactor(there, seven_of(there)), 7);
        EXPECT_TRUE(here.is_current());
        EXPECT_EQ(co_await on_reactor(here, seven_of(here)), 7);
    });
}

TEST(OnReactor, BringsBackWhatWasThrown) {
    testing::test_reactor here, there;
    testing::run_on(here, [&]() -> task<void> {
        std::string what;
        try {
            co_await on_reactor(there, fails());
        } catch (const std::runtime_error& failure) {
            what = failure.what();
        }
        EXPECT_EQ(what, "there");
        EXPECT_TRUE(here.is_current());
    });
}

// For the sanitizers: the caller's reactor ends the moment it has its answer.
TEST(OnReactor, LeavesTheCallersReactorAloneOnceItGoesOn) {
    testing::test_reactor there;
    for (int i = 0; i < 500; ++i) {
        std::optional<testing::test_reactor> here(std::in_place);
        testing::run_on(*here, [&]() -> task<void> {
            EXPECT_EQ(co_await on_reactor(there, seven_of(there)), 7);
        });
    }
}

task<void> rests(unsigned turns) {
    while (turns-- > 0) co_await yield_now();
}

TEST(OnReactor, IsCancelledWithItsCaller) {
    testing::test_reactor here, there;
    asio::cancellation_signal signal;
    testing::run_on(here, [&]() -> task<void> {
        std::exception_ptr ended;
        bool over = false;
        asio::co_spawn(
            here.get_executor(),
            on_reactor(there, sleep_until(deadline::after(std::chrono::hours(1)))),
            asio::bind_cancellation_slot(signal.slot(), [&](std::exception_ptr why) {
                ended = std::move(why);
                over = true;
            }));
        co_await yield_now();
        signal.emit(asio::cancellation_type::terminal);
        while (!over) co_await yield_now();
        EXPECT_THROW(std::rethrow_exception(ended), boost::system::system_error);
    });
}

// The answer is on its way here, and what cancels it on its way there.
TEST(OnReactor, MayBeCancelledWhenItHasJustEnded) {
    testing::test_reactor here, there;
    testing::run_on(here, [&]() -> task<void> {
        for (unsigned i = 0; i < 20'000; ++i) {
            asio::cancellation_signal signal;
            bool over = false;
            asio::co_spawn(here.get_executor(), on_reactor(there, rests(i % 7)),
                           asio::bind_cancellation_slot(
                               signal.slot(), [&](std::exception_ptr) { over = true; }));
            co_await rests(1 + i % 11);
            signal.emit(asio::cancellation_type::terminal);
            while (!over) co_await yield_now();
        }
    });
}

}  // namespace
}  // namespace headroom
