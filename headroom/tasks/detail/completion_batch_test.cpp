#include "headroom/tasks/detail/completion_batch.hpp"

#include <gmock/gmock.h>

namespace headroom::tasks::detail {
namespace {

using namespace std::chrono_literals;
using batch = completion_batch<int>;
using ::testing::ElementsAre;

const batch::clock::time_point origin{};

TEST(CompletionBatch, GoesAtOnceWhenNothingIsUnderWay) {
    batch of;
    EXPECT_FALSE(of.is_due(origin, true));
    of.add(1, origin);
    EXPECT_TRUE(of.is_due(origin, true));
    EXPECT_FALSE(of.is_due(origin, false));
}

TEST(CompletionBatch, WaitsForCompanyButNotForLong) {
    batch of;
    of.add(1, origin);
    of.add(2, origin + 900us);
    EXPECT_EQ(of.due(), origin + 1ms);
    EXPECT_FALSE(of.is_due(origin + 999us, false));
    EXPECT_TRUE(of.is_due(origin + 1ms, false));
    EXPECT_THAT(of.take(origin + 1ms), ElementsAre(1, 2));
    EXPECT_EQ(of.due(), std::nullopt);
}

TEST(CompletionBatch, HoldsSixtyFour) {
    batch of;
    for (int i = 0; i < 100; ++i) of.add(i, origin);
    EXPECT_TRUE(of.is_due(origin, false));
    EXPECT_EQ(of.take(origin).size(), batch::size_max);
    EXPECT_EQ(of.size(), 100 - batch::size_max);
    EXPECT_FALSE(of.is_due(origin, false));
    EXPECT_EQ(of.take(origin).front(), 64);
    EXPECT_TRUE(of.empty());
}

}  // namespace
}  // namespace headroom::tasks::detail
