#include "headroom/http/detail/entrance.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <vector>

namespace headroom::http::detail {
namespace {

struct queueing : ::testing::Test {
    entrance door{2, 2};
    std::vector<int> told;

    std::unique_ptr<entrance::waiter> somebody(int name) {
        return std::make_unique<entrance::waiter>([this, name] { told.push_back(name); });
    }
    std::optional<place> entered() {
        if (!door.enter()) return std::nullopt;
        return std::optional<place>(std::in_place, door);
    }
};

using Entrance = queueing;

TEST_F(Entrance, HasRoomForSoManyAndAQueueForSoManyMore) {
    auto a = entered(), b = entered();
    EXPECT_TRUE(a && b);
    EXPECT_FALSE(door.enter());
    const auto first = somebody(1), second = somebody(2), third = somebody(3);
    EXPECT_TRUE(door.wait(*first));
    EXPECT_TRUE(door.wait(*second));
    EXPECT_FALSE(door.wait(*third));
    EXPECT_EQ(door.inside(), 2U);
    EXPECT_EQ(door.waiting(), 2U);
    EXPECT_FALSE(door.withdraw(*first));
    EXPECT_FALSE(door.withdraw(*second));
    EXPECT_EQ(door.waiting(), 0U);
    EXPECT_TRUE(told.empty());
}

TEST_F(Entrance, APlaceGoesToWhoeverHasWaitedLongest) {
    auto a = entered(), b = entered();
    const auto first = somebody(1), second = somebody(2);
    door.wait(*first);
    door.wait(*second);
    a.reset();
    EXPECT_EQ(told, (std::vector{1}));
    EXPECT_TRUE(first->let_in());
    EXPECT_FALSE(second->let_in());
    EXPECT_EQ(door.inside(), 2U);
    EXPECT_TRUE(door.withdraw(*first));
    door.leave();
    EXPECT_EQ(told, (std::vector{1, 2}));
    EXPECT_TRUE(door.withdraw(*second));
    door.leave();
    EXPECT_EQ(door.inside(), 1U);
}

TEST_F(Entrance, NobodyOvertakesWhoWaits) {
    auto a = entered(), b = entered();
    const auto first = somebody(1);
    door.wait(*first);
    door.enter_always();  // health: beyond the room
    a.reset();
    EXPECT_FALSE(first->let_in()) << "one beyond the room is still inside";
    EXPECT_FALSE(door.enter());
    door.leave();
    EXPECT_TRUE(first->let_in());
    EXPECT_TRUE(door.withdraw(*first));
    door.leave();
}

TEST_F(Entrance, WhoComesWhenThereIsRoomAgainWaitsForNothing) {
    const auto first = somebody(1);
    EXPECT_TRUE(door.wait(*first));
    EXPECT_TRUE(first->let_in());
    EXPECT_TRUE(door.withdraw(*first));
    door.leave();
    EXPECT_EQ(door.inside(), 0U);
}

}  // namespace
}  // namespace headroom::http::detail
