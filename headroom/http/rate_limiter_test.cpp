#include "headroom/http/rate_limiter.hpp"

#include <gtest/gtest.h>

namespace headroom::http {
namespace {

using namespace std::chrono_literals;

const deadline::clock::time_point noon{1h};

TEST(RateLimiter, LetsABurstThroughThenOneAtATime) {
    rate_limiter table({.per_second = 10, .burst = 3});
    for (unsigned i = 0; i < 3; ++i) {
        const auto found = table.ask("a", noon);
        EXPECT_TRUE(found.admitted);
        EXPECT_EQ(found.left, 2 - i);
    }
    const auto fourth = table.ask("a", noon);
    EXPECT_FALSE(fourth.admitted);
    EXPECT_EQ(fourth.wait, 100ms);
    EXPECT_EQ(fourth.until_full, 300ms);
    EXPECT_TRUE(table.ask("a", noon + 100ms).admitted);
    EXPECT_FALSE(table.ask("a", noon + 150ms).admitted);
    EXPECT_EQ(table.refused(), 2U);
}

TEST(RateLimiter, ALookCountsForNobody) {
    rate_limiter table({.per_second = 1, .burst = 1});
    for (int i = 0; i < 3; ++i) EXPECT_TRUE(table.look("a", noon).admitted);
    EXPECT_EQ(table.clients(), 0U);
    EXPECT_TRUE(table.ask("a", noon).admitted);
    EXPECT_FALSE(table.look("a", noon).admitted);
    EXPECT_EQ(table.look("a", noon).wait, 1s);
    EXPECT_TRUE(table.look("a", noon + 1s).admitted);
    EXPECT_EQ(table.refused(), 2U);
}

TEST(RateLimiter, DoesNotPunishThoseWhoAreRefused) {
    rate_limiter table({.per_second = 1, .burst = 1});
    EXPECT_TRUE(table.ask("a", noon).admitted);
    for (int i = 0; i < 100; ++i) EXPECT_FALSE(table.ask("a", noon + 500ms).admitted);
    EXPECT_TRUE(table.ask("a", noon + 1s).admitted);
}

TEST(RateLimiter, CountsEachClientAlone) {
    rate_limiter table({.per_second = 1, .burst = 1});
    EXPECT_TRUE(table.ask("a", noon).admitted);
    EXPECT_TRUE(table.ask("b", noon).admitted);
    EXPECT_FALSE(table.ask("a", noon).admitted);
}

TEST(RateLimiter, KeepsItsRateOverTime) {
    rate_limiter table({.per_second = 50, .burst = 5});
    unsigned admitted = 0;
    for (auto at = noon; at < noon + 10s; at += 1ms) admitted += table.ask("a", at).admitted;
    EXPECT_NEAR(admitted, 505, 1);
}

TEST(RateLimiter, NobodySavesUpMoreThanABurst) {
    rate_limiter table({.per_second = 1, .burst = 3});
    EXPECT_TRUE(table.ask("a", noon).admitted);
    for (unsigned i = 0; i < 3; ++i) EXPECT_EQ(table.ask("a", noon + 1h).left, 2 - i);
    EXPECT_FALSE(table.ask("a", noon + 1h).admitted);
}

TEST(RateLimiter, ForgetsThoseThatAskedLongestAgo) {
    rate_limiter table({.per_second = 1, .burst = 1, .clients_max = 2});
    table.ask("a", noon);
    table.ask("b", noon);
    table.ask("a", noon);
    table.ask("c", noon);  // b is forgotten
    EXPECT_EQ(table.clients(), 2U);
    EXPECT_FALSE(table.ask("a", noon).admitted);
    EXPECT_TRUE(table.ask("b", noon).admitted);
}

}  // namespace
}  // namespace headroom::http
