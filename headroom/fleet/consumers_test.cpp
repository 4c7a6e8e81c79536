#include "headroom/fleet/consumers.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headroom::fleet {
namespace {

using ::testing::ElementsAre;

/// Control, sessions that borrow, writers under a role of their own, and a reserve of 3.
budget::plan plan_of(unsigned reserve) {
    budget::plan made;
    made.resources.push_back({"postgres", 97, 0, reserve});
    const auto enter = [&](std::string name, unsigned pool, bool borrows, std::string role) {
        budget::consumer one;
        one.name = std::move(name);
        one.resource = "postgres";
        one.pool = pool;
        if (borrows) one.overflow = {budget::overflow_kind::shared, 0};
        one.role = std::move(role);
        made.consumers.push_back(std::move(one));
    };
    enter("persistence.control", 1, false, "");
    enter("persistence.sessions", 2, true, "app");
    enter("eventsourcing.writers", 2, false, "projector");
    made.consumers.push_back(consumer("app", reserve));
    enter("service.start_check", 1, false, "app");
    made.consumers.back().when = budget::phase::start;
    return made;
}

TEST(ProcessShare, AsksForTheFloorsAndAVisitAtLeastAndForTheCeilingAtMost) {
    const auto share = share_of(plan_of(3), "postgres", "app", "orders");
    EXPECT_EQ(share.floor, 6U);
    EXPECT_EQ(share.most, 8U);
}

TEST(ProcessShare, HasAClaimForEachRole) {
    EXPECT_THAT(share_of(plan_of(3), "postgres", "app", "orders").claims,
                ElementsAre(claim{"app", "orders", 4, 6}, claim{"projector", "orders", 2, 2}));
}

TEST(ProcessShare, WithoutAReserveVisitsHaveAUnitOfTheirOwn) {
    const auto share = share_of(plan_of(0), "postgres", "app", "orders");
    EXPECT_EQ(share.floor, 6U);
    EXPECT_EQ(share.most, 6U);
    EXPECT_EQ(plan_of(0).find_consumer(ledger_consumer)->pool, 1U);
}

}  // namespace
}  // namespace headroom::fleet
