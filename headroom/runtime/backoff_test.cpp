#include "headroom/runtime/backoff.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace headroom {
namespace {

using std::chrono::milliseconds;

constexpr backoff_bounds bounds{milliseconds(10), milliseconds(100), milliseconds(5'000)};

TEST(BackoffCeiling, DoublesWithEachFailureUpToTheCap) {
    EXPECT_EQ(backoff_ceiling(bounds, 1), milliseconds(100));
    EXPECT_EQ(backoff_ceiling(bounds, 2), milliseconds(200));
    EXPECT_EQ(backoff_ceiling(bounds, 6), milliseconds(3'200));
    EXPECT_EQ(backoff_ceiling(bounds, 7), milliseconds(5'000));
    EXPECT_EQ(backoff_ceiling(bounds, 4'000'000'000), milliseconds(5'000));
}

TEST(Backoff, StaysBetweenTheLeastWaitAndTheCeiling) {
    for (unsigned seed = 1; seed <= 200; ++seed) {
        backoff waits(bounds, std::minstd_rand(seed));
        for (unsigned failure = 1; failure <= 20; ++failure) {
            const auto wait = waits.next();
            EXPECT_GE(wait, bounds.least);
            EXPECT_LE(wait, backoff_ceiling(bounds, failure));
        }
    }
}

TEST(Backoff, SpreadsItsWaitsOverTheWholeRange) {
    std::vector<milliseconds> first;
    for (unsigned seed = 1; seed <= 1'000; ++seed)
        first.push_back(backoff(bounds, std::minstd_rand(seed * 7919)).next());
    for (int from = 10; from < 100; from += 15)
        EXPECT_GT(std::ranges::count_if(first,
                                        [&](milliseconds each) {
                                            return each.count() >= from && each.count() < from + 15;
                                        }),
                  80);
}

TEST(Backoff, BeginsAnewAfterASuccess) {
    backoff waits(bounds, std::minstd_rand(1));
    for (int i = 0; i < 8; ++i) waits.next();
    EXPECT_EQ(waits.failures(), 8u);
    waits.reset();
    EXPECT_EQ(waits.failures(), 0u);
    EXPECT_LE(waits.next(), bounds.base);
}

TEST(Backoff, RepeatsItselfForTheSameSeed) {
    backoff one(bounds, std::minstd_rand(42)), other(bounds, std::minstd_rand(42));
    for (int i = 0; i < 10; ++i) EXPECT_EQ(one.next(), other.next());
}

}  // namespace
}  // namespace headroom
