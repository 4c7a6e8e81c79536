#include "service/identity/key_list.hpp"

#include <gtest/gtest.h>

namespace headroom::service::identity {
namespace {

persistence::timestamp at_hour(int hours) {
    return persistence::timestamp(std::chrono::hours(hours));
}

TEST(KeyStanding, IsTheFirstThingThatEndedIt) {
    listed_key key{.id = "AAAAAAAA", .created_at = at_hour(0)};
    const auto is = [&](int expires, int now) {
        return standing_of(key, at_hour(expires), at_hour(now));
    };
    using enum key_standing;
    EXPECT_EQ(is(10, 9), active);
    EXPECT_EQ(is(10, 10), expired) << "before the night's look";
    EXPECT_EQ(standing_of(key, std::nullopt, at_hour(99)), active);
    key.agent_active = false;
    EXPECT_EQ(is(10, 9), suspended);
    EXPECT_EQ(is(10, 10), expired);
    key.revoked = true;
    key.revoked_at = at_hour(5);
    EXPECT_EQ(is(10, 20), revoked);
    key.revoked_at = at_hour(12);
    EXPECT_EQ(is(10, 20), expired) << "by the night's look";
}

}  // namespace
}  // namespace headroom::service::identity
