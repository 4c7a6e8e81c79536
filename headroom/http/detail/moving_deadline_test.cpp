#include "headroom/http/detail/moving_deadline.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <optional>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/run.hpp"

namespace headroom::http::detail {
namespace {

using namespace std::chrono_literals;

class MovingDeadline : public ::testing::Test {
protected:
    MovingDeadline() {
        on.run_blocking([this]() -> task<void> {
            moves.emplace(on, [this] { passed.store(deadline::clock::now()); });
            co_return;
        });
    }
    ~MovingDeadline() override {
        on.run_blocking([this]() -> task<void> {
            moves.reset();
            co_return;
        });
    }
    template <class Act>
    void act(Act what) {
        on.run_blocking([&]() -> task<void> {
            what(*moves);
            co_return;
        });
    }
    bool rings() {
        return testing::eventually([this] { return passed.load() != never; });
    }

    static constexpr deadline::clock::time_point never{};
    const deadline::clock::time_point began = deadline::clock::now();
    testing::test_reactor on;
    std::atomic<deadline::clock::time_point> passed{never};
    std::optional<moving_deadline> moves;  // the reactor's
};

TEST_F(MovingDeadline, Passes) {
    act([this](auto& of) { of.set(deadline(began + 30ms)); });
    ASSERT_TRUE(rings());
    EXPECT_GE(passed.load(), began + 30ms);
}

TEST_F(MovingDeadline, PassesNotBeforeALaterTimeItWasMovedTo) {
    act([this](auto& of) { of.set(deadline(began + 20ms)); });
    act([this](auto& of) { of.set(deadline(began + 200ms)); });
    ASSERT_TRUE(rings());
    EXPECT_GE(passed.load(), began + 200ms);
}

TEST_F(MovingDeadline, PassesAtANearerTimeItWasMovedTo) {
    act([this](auto& of) { of.set(deadline(began + 24h)); });
    act([this](auto& of) { of.set(deadline(began + 20ms)); });
    EXPECT_TRUE(rings());
}

TEST_F(MovingDeadline, PassesAgainAfterItWasCleared) {
    act([this](auto& of) {
        of.set(deadline(began + 24h));
        of.clear();
        of.set(deadline(began + 20ms));
    });
    EXPECT_TRUE(rings());
}

TEST_F(MovingDeadline, DoesNotPassOnceCleared) {
    act([this](auto& of) {
        of.set(deadline(began + 20ms));
        of.clear();
    });
    std::atomic<bool> later{false};
    std::optional<alarm> behind;
    act([&](auto&) {
        behind.emplace([&] { later = true; });
        on.arm(*behind, deadline(began + 100ms));
    });
    ASSERT_TRUE(testing::eventually([&] { return later.load(); }));
    EXPECT_EQ(passed.load(), never);
    act([&](auto&) { behind.reset(); });
}

}  // namespace
}  // namespace headroom::http::detail
