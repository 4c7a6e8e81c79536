#include "headroom/runtime/on_reactor.hpp"

#include <gtest/gtest.h>

#include <optional>

#include "headroom/testing/run.hpp"

namespace headroom {
namespace {

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

}  // namespace
}  // namespace headroom
