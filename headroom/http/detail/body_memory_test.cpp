#include "headroom/http/detail/body_memory.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace headroom::http::detail {
namespace {

TEST(BodyMemory, IsNeverMoreThanItMayBe) {
    body_memory all(100);
    body_share one(all), two(all);
    EXPECT_TRUE(one.grow_to(60));
    EXPECT_FALSE(two.grow_to(41));
    EXPECT_EQ(two.bytes(), 0U);
    EXPECT_TRUE(two.grow_to(40));
    EXPECT_FALSE(two.grow_to(std::numeric_limits<std::size_t>::max()));
    EXPECT_EQ(all.held(), 100U);
}

TEST(BodyMemory, IsGivenBackWithEachShare) {
    body_memory all(100);
    {
        body_share one(all);
        EXPECT_TRUE(one.grow_to(30));
        EXPECT_TRUE(one.grow_to(100));
        EXPECT_EQ(all.held(), 100U);
    }
    EXPECT_EQ(all.held(), 0U);
}

}  // namespace
}  // namespace headroom::http::detail
