#include "headroom/eventsourcing/detail/batch_size.hpp"

#include <gtest/gtest.h>

namespace headroom::eventsourcing::detail {
namespace {

using namespace std::chrono_literals;

TEST(BatchSize, GrowsWhileBatchesAreFullAndFast) {
    batch_size size(512, 50ms);
    EXPECT_EQ(size.now(), 64U);
    for (int i = 0; i < 5; ++i) size.took(size.now(), 5ms);
    EXPECT_EQ(size.now(), 512U);
}

TEST(BatchSize, StaysWhereThereIsNotMoreToTake) {
    batch_size size(512, 50ms);
    size.took(3, 1ms);
    EXPECT_EQ(size.now(), 64U);
}

TEST(BatchSize, ShrinksWhenABatchTakesLongerThanItsTarget) {
    batch_size size(512, 50ms);
    for (int i = 0; i < 10; ++i) size.took(size.now(), 80ms);
    EXPECT_EQ(size.now(), 1U) << "never below one";
}

}  // namespace
}  // namespace headroom::eventsourcing::detail
