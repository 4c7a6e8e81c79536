#include "headroom/budget/holder.hpp"

#include <gtest/gtest.h>

#include <memory>

namespace headroom::budget {
namespace {

TEST(Holder, CountsItsHolds) {
    holder request("GET /tenants");
    EXPECT_EQ(request.holding(), 0u);
    {
        hold one(request), two(request);
        EXPECT_EQ(request.holding(), 2u);
        EXPECT_EQ(one.by(), &request);
    }
    EXPECT_EQ(request.holding(), 0u);
}

TEST(Holder, CountsAMovedHoldOnce) {
    holder request, other;
    hold one(request);
    hold moved = std::move(one);
    EXPECT_EQ(one.by(), nullptr);
    EXPECT_EQ(request.holding(), 1u);
    {
        hold of_other(other);
        std::swap(moved, of_other);
    }
    EXPECT_EQ(request.holding(), 0u) << "the one swapped away has ended";
    EXPECT_EQ(other.holding(), 1u);
    moved = hold{};
    EXPECT_EQ(other.holding(), 0u);
}

TEST(HolderDeath, MustOutliveWhatItHolds) {
    const auto end_too_early = [] {
        auto request = std::make_unique<holder>();
        hold one(*request);
        request.reset();
    };
    EXPECT_DEATH(end_too_early(), "a holder ended before the units it holds");
}

}  // namespace
}  // namespace headroom::budget
