#include "headroom/http/client/detail/turns.hpp"

#include <gtest/gtest.h>

#include <deque>
#include <optional>

namespace headroom::http::detail {
namespace {

// Three connections, two of them to one server.
class Turns : public ::testing::Test {
protected:
    turns::waiter& ask(const std::string& origin) {
        return line.emplace_back(all, origin, [this] { ++woken; });
    }
    turns all{3, 2};
    std::deque<turns::waiter> line;
    unsigned woken = 0;
};

TEST_F(Turns, AServerHasItsShareAndAnotherTheRest) {
    EXPECT_TRUE(ask("a").has_come());
    EXPECT_TRUE(ask("a").has_come());
    EXPECT_FALSE(ask("a").has_come());
    EXPECT_TRUE(ask("b").has_come()) << "who waits for a stands in nobody else's way";
    EXPECT_FALSE(ask("c").has_come()) << "there are three";
    EXPECT_EQ(woken, 3U);
}

TEST_F(Turns, OfThoseWithRoomTheOneThatWaitedLongestIsNext) {
    std::optional first(ask("a").take());
    std::optional second(ask("b").take());
    std::optional third(ask("a").take());
    auto& waits_for_a = ask("a");
    auto& waits_for_c = ask("c");
    second.reset();
    EXPECT_FALSE(waits_for_a.has_come());
    EXPECT_TRUE(waits_for_c.has_come());
    first.reset();
    EXPECT_TRUE(waits_for_a.has_come());
}

TEST_F(Turns, WhoLeavesTheLineHoldsNobodyUp) {
    std::optional<turns::waiter> leaves, stays;
    const auto one = ask("a").take();
    std::optional other(ask("a").take());
    leaves.emplace(all, "a", [] {});
    stays.emplace(all, "a", [] {});
    leaves.reset();
    other.reset();
    EXPECT_TRUE(stays->has_come());
    stays.reset();
    EXPECT_TRUE(ask("a").has_come()) << "a turn that came and was not taken is given back";
}

TEST_F(Turns, ExchangesOfHttp2ShareAConnection) {
    const auto first = ask("a").take();
    const auto second = ask("a").take();
    auto& third = ask("a");
    EXPECT_FALSE(third.has_come());
    first.speaks_http2(true);
    EXPECT_TRUE(third.has_come());
    EXPECT_TRUE(ask("b").has_come());
    EXPECT_TRUE(ask("b").has_come()) << "all of a's are one connection";
    EXPECT_FALSE(ask("c").has_come());
}

TEST_F(Turns, OneConnectionIsSharedByABoundedNumber) {
    ask("a").take().speaks_http2(true);
    unsigned come = 0;
    std::deque<turns::turn> taken;
    const auto begins = [&] {
        auto& next = ask("a");
        if (!next.has_come()) return false;
        taken.push_back(next.take());
        taken.back().speaks_http2(true);
        return true;
    };
    while (come <= turns::shared_max && begins()) ++come;
    EXPECT_EQ(come, turns::shared_max);
}

}  // namespace
}  // namespace headroom::http::detail
