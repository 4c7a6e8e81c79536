#include "headroom/budget/pooling.hpp"

#include <gtest/gtest.h>

#include "headroom/budget/process_needs.hpp"

namespace headroom::budget {
namespace {

/// A shop whose workers share a pooler, and whose control connections do not.
class Pooling : public ::testing::Test {
protected:
    Pooling() {
        shop.resources = {{"postgres", 100, 3, 0}};
        add("web.control", 1, 0);
        add("web.engine", 10, 20);
        add("web.migrations", 1, 0).when = phase::deploy;
        shop.times.workers = 4;
    }
    consumer& add(std::string name, unsigned pool, unsigned overflow,
                  std::string resource = "postgres") {
        consumer made;
        made.name = std::move(name);
        made.resource = std::move(resource);
        made.pool = pool;
        made.overflow.units = overflow;
        return shop.consumers.emplace_back(std::move(made));
    }
    pooling pooled(std::vector<std::string> direct = {}, std::optional<knee> of_server = {}) {
        return pool_before(shop, shop.resources.front(), std::move(direct), of_server);
    }
    plan shop;
};

TEST_F(Pooling, KeepsSessionsForControlAndForDeploys) {
    EXPECT_EQ(pooled().direct, (std::vector<std::string>{"web.control", "web.migrations"}));
    EXPECT_EQ(pooled().direct_clients, 5u);
    EXPECT_EQ(pooled().pooled_clients, 120u);
    EXPECT_EQ(pooled({"web.engine"}).direct_clients, 120u);
}

TEST_F(Pooling, OpensNoMoreServersThanKeepGreenOnBothRoutesTogether) {
    EXPECT_EQ(pooled().bound, 77u);
    EXPECT_EQ(pooled().pooled_servers, 72u);
    EXPECT_EQ(pooled().servers(), 77u);
    EXPECT_TRUE(pooled().fits());
}

TEST_F(Pooling, GivesFloorsAPoolAndBurstsTheReserve) {
    EXPECT_EQ(pooled().floors, 40u);
    EXPECT_EQ(pooled().pool_size, 40u);
    EXPECT_EQ(pooled().reserve, 32u);
}

TEST_F(Pooling, OpensNoServerForNobody) {
    shop.times.workers = 1;
    EXPECT_EQ(pooled().pooled_servers, 30u);
}

TEST_F(Pooling, ActivatesNoMoreThanTheServersCoresLike) {
    EXPECT_EQ(pooled({}, knee{2}).pooled_servers, 8u);
    EXPECT_EQ(pooled({}, knee{2}).pool_size, 8u);
    EXPECT_EQ(pooled({}, knee{2}).reserve, 0u);
}

TEST_F(Pooling, SharesAmongRolesBecauseEachHasAPoolOfItsOwn) {
    add("web.reports", 1, 0).role = "reports";
    const auto of = pooled();
    EXPECT_EQ(of.roles, 2u);
    EXPECT_LE(of.roles * (of.pool_size + of.reserve), of.pooled_servers);
}

TEST_F(Pooling, DoesNotFitWhereSessionsLeaveNothing) {
    shop.resources.front().limit = 9;
    EXPECT_EQ(pooled().bound, 4u);
    EXPECT_FALSE(pooled().fits());
    shop.resources.front().limit = 12;
    EXPECT_TRUE(pooled({"web.migrations"}).fits());
}

TEST_F(Pooling, CountsTheReserveWhereverSomebodyMayBorrow) {
    shop.resources.front().reserve = 3;
    EXPECT_EQ(pooled().pooled_clients, 4u * (30 + 3));
    EXPECT_EQ(pooled().direct_clients, 5u);
    shop.consumers[0].overflow = {overflow_kind::shared, 0};
    EXPECT_EQ(pooled().direct_clients, 5u + 4 * 3);
}

TEST_F(Pooling, AProcessNeedsADescriptorForEachConnectionAndAMargin) {
    shop.resources.push_back({"redis", 1000, 0, 0});
    add("cache", 7, 0, "redis");
    const auto needs = needs_of_process(shop);
    EXPECT_EQ(needs.descriptors, 31u + 1 + 7 + descriptors_margin);
    EXPECT_EQ(needs.sockets.size(), 2u);
}

TEST_F(Pooling, AUnitNeedsTheThreadsOfAllItsProcesses) {
    shop.resources.push_back({"threads", 64, 0, 0});
    add("pool", 6, 0, "threads");
    const auto needs = needs_of_process(shop);
    EXPECT_EQ(needs.threads, 24u);
    EXPECT_EQ(needs.threads_limit, 64u);
    EXPECT_EQ(needs.sockets.size(), 1u);
}

TEST_F(Pooling, NobodyKnowsTheDescriptorsOfWhatIsUnbounded) {
    shop.consumers[1].overflow = {overflow_kind::unbounded, 0};
    EXPECT_EQ(needs_of_process(shop).descriptors, figure{});
    shop.consumers[1].estimate = 50;
    EXPECT_EQ(needs_of_process(shop).descriptors, 52u + descriptors_margin);
}

}  // namespace
}  // namespace headroom::budget
