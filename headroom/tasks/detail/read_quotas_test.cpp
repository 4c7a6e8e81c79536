#include "headroom/tasks/detail/read_quotas.hpp"

#include <gmock/gmock.h>

#include <numeric>

namespace headroom::tasks::detail {
namespace {

using ::testing::ElementsAre;

const std::vector<bool> all{true, true, true};

TEST(ReadQuotas, SharesUnderFullBacklogAreTheWeights) {
    read_quotas of({6, 3, 1});
    std::vector<unsigned> sums(3, 0);
    for (int i = 0; i < 1'000; ++i) {
        const unsigned room = 1 + static_cast<unsigned>(i) % 13;
        const auto shares = of.next(room, all);
        ASSERT_EQ(std::accumulate(shares.begin(), shares.end(), 0u), room);
        for (std::size_t q = 0; q < 3; ++q) sums[q] += shares[q];
    }
    const double all = sums[0] + sums[1] + sums[2];
    EXPECT_NEAR(sums[0] / all, 0.6, 0.01);
    EXPECT_NEAR(sums[1] / all, 0.3, 0.01);
    EXPECT_NEAR(sums[2] / all, 0.1, 0.01);
}

TEST(ReadQuotas, NobodyStarvesWhenOneFitsAtATime) {
    read_quotas of({9, 1});
    unsigned second = 0;
    for (int i = 0; i < 100; ++i) second += of.next(1, {true, true})[1];
    EXPECT_EQ(second, 10u);
}

TEST(ReadQuotas, WhatAQueueDoesNotHaveGoesToOneThatHas) {
    const read_quotas of({6, 3, 1});
    EXPECT_THAT(of.again(10, {6, 3, 1}, {0, 3, 1}, all), ElementsAre(0, 6, 0));
    EXPECT_THAT(of.again(10, {6, 3, 1}, {6, 3, 1}, all), ElementsAre(0, 0, 0));
    EXPECT_THAT(of.again(10, {6, 3, 1}, {1, 0, 0}, all), ElementsAre(0, 0, 0));
}

TEST(ReadQuotas, InStrictOrderAQueueGetsWhatThoseBeforeItLeft) {
    read_quotas of({1, 1, 1}, true);
    EXPECT_THAT(of.next(8, all), ElementsAre(8, 0, 0));
    EXPECT_THAT(of.again(8, {8, 0, 0}, {5, 0, 0}, all), ElementsAre(0, 3, 0));
    EXPECT_THAT(of.again(3, {0, 3, 0}, {0, 1, 0}, all), ElementsAre(0, 0, 2));
    EXPECT_THAT(of.again(2, {0, 0, 2}, {0, 0, 2}, all), ElementsAre(0, 0, 0));
}

TEST(ReadQuotas, WhatAClosedQueueWouldHaveGoesToTheOpenOnes) {
    read_quotas of({8, 3, 1});
    const std::vector<bool> open{false, true, true};
    std::vector<unsigned> sums(3, 0);
    for (int i = 0; i < 100; ++i) {
        const auto shares = of.next(4, open);
        for (std::size_t q = 0; q < 3; ++q) sums[q] += shares[q];
    }
    EXPECT_THAT(sums, ElementsAre(0, 300, 100));
    EXPECT_THAT(of.again(4, {0, 3, 1}, {0, 3, 0}, open), ElementsAre(0, 1, 0));
    read_quotas strict({1, 1, 1}, true);
    EXPECT_THAT(strict.next(4, open), ElementsAre(0, 4, 0));
    EXPECT_THAT(strict.next(4, {false, false, false}), ElementsAre(0, 0, 0));
}

}  // namespace
}  // namespace headroom::tasks::detail
