#include "headroom/budget/plan.hpp"

#include <gtest/gtest.h>

#include <limits>

namespace headroom::budget {
namespace {

/// The audited stack's PostgreSQL consumers: async engine, sync engine, event store, one runner a
/// projection, and a migration at each deploy.
class Plan : public ::testing::Test {
protected:
    Plan() {
        stack.resources = {{"postgres", 100, 3, 0}};
        add("async_engine", 20, 10);
        add("sync_engine", 5, 5);
        add("event_store", 5, 10);
        add("runner", 5, 10, 4);
        add("migrations", 1, 0).when = phase::deploy;
    }

    consumer& add(std::string name, unsigned pool, unsigned overflow, unsigned instances = 1) {
        consumer made;
        made.name = std::move(name);
        made.resource = "postgres";
        made.pool = pool;
        made.overflow.units = overflow;
        made.instances = instances;
        return stack.consumers.emplace_back(std::move(made));
    }
    consumer& find(std::string_view name) {
        for (auto& each : stack.consumers)
            if (each.name == name) return each;
        return stack.consumers.front();
    }
    void set(std::string_view name, unsigned pool, unsigned overflow) {
        find(name).pool = pool;
        find(name).overflow.units = overflow;
    }
    total postgres() { return add_up(stack).front(); }
    figure sum() { return postgres().sum; }

    plan stack;
};

TEST_F(Plan, G1_WithoutProjectionsIs55) {
    find("runner").instances = 0;
    EXPECT_EQ(sum(), 55u);
    EXPECT_EQ(postgres().arithmetic, "30 + 10 + 15 = 55");
}

TEST_F(Plan, G2_WithFourProjectionsIs115) {
    EXPECT_EQ(sum(), 115u);
    EXPECT_EQ(postgres().arithmetic, "30 + 10 + 15 + 4 x 15 = 115");
}

TEST_F(Plan, G3_WithTwoWorkersIs230) {
    stack.times.workers = 2;
    EXPECT_EQ(sum(), 230u);
    EXPECT_EQ(postgres().arithmetic, "2 x (30 + 10 + 15 + 4 x 15) = 230");
}

TEST_F(Plan, G4_WithFourWorkersIs460) {
    stack.times.workers = 4;
    EXPECT_EQ(sum(), 460u);
}

TEST_F(Plan, G5_WithSmallRunnersIs67) {
    set("runner", 1, 2);
    EXPECT_EQ(sum(), 67u);
}

TEST_F(Plan, G6_WithTheTwoOtherRecommendationsIs75And63) {
    set("runner", 2, 3);
    EXPECT_EQ(sum(), 75u);
    set("runner", 1, 1);
    EXPECT_EQ(sum(), 63u);
}

TEST_F(Plan, G8_ARollingReplacementWithItsMigrationPeaksAt231) {
    stack.times.surge.amount = 1;
    EXPECT_EQ(sum(), 115u);
    EXPECT_EQ(postgres().peak, 231u);
    EXPECT_EQ(postgres().peak_arithmetic, "115 steady + 115 surge + 1 deploy = 231");
}

TEST_F(Plan, G9_WithTwoPoolsARunnerIs175) {
    find("runner").instances = 8;
    EXPECT_EQ(sum(), 175u);
    stack.times.workers = 4;
    EXPECT_EQ(sum(), 700u);
}

TEST_F(Plan, G10_TheRecommendationWithTwoPoolsIs79) {
    find("runner").instances = 8;
    set("runner", 1, 2);
    EXPECT_EQ(sum(), 79u);
}

TEST_F(Plan, G14_ThePollerBesideTheRunnersAdds75) {
    add("poller", 5, 10, 5);
    EXPECT_EQ(sum(), 190u);
}

TEST_F(Plan, TheRowsOfTheSteadyPhaseAddUpToTheSum) {
    stack.times = {3, 2, {}, 0};
    std::uint64_t all = 0;
    for (const auto& each : postgres().rows)
        if (each.when == phase::steady) all += *each.total;
    EXPECT_EQ(sum(), all);
    EXPECT_EQ(postgres().rows[3].times, 4u * 3 * 2);
}

TEST_F(Plan, ADeployIsAddedOnceHoweverManyProcessesRun) {
    stack.times = {4, 3, {}, 0};
    EXPECT_EQ(*postgres().peak, *sum() + 1);
}

TEST_F(Plan, AReplicasConsumerCountsOncePerReplicaAndADeploymentsOnce) {
    stack.consumers.clear();
    add("leader", 5, 0).per = multiplicity::replica;
    add("scheduler", 7, 0).per = multiplicity::deployment;
    add("engine", 1, 0);
    stack.times = {4, 3, {1, false}, 1};
    EXPECT_EQ(sum(), 4u * 3 * 1 + 3 * 5 + 7);
    EXPECT_EQ(postgres().peak, 5u * (4 + 5) + 7) << "3 replicas, 1 of surge, 1 terminating";
    EXPECT_EQ(postgres().arithmetic, "12 x 1 + 3 x 5 + 7 = 34");
    EXPECT_EQ(postgres().peak_arithmetic, "34 steady + 9 surge + 9 terminating = 52");
}

TEST_F(Plan, AProcessEitherStartsOrServes) {
    stack.consumers.clear();
    add("probe", 5, 0).when = phase::start;
    add("engine", 3, 0);
    EXPECT_EQ(sum(), 3u);
    EXPECT_EQ(postgres().peak, 5u);
    EXPECT_EQ(postgres().peak_arithmetic, "3 steady + 2 more while starting = 5");
    set("engine", 8, 0);
    EXPECT_EQ(postgres().peak, 8u);
}

TEST_F(Plan, TheReserveIsARowOfItsOwnInEveryProcess) {
    stack.consumers.clear();
    stack.resources[0].reserve = 3;
    add("lanes", 1, 0).overflow = {overflow_kind::shared, 0};
    add("sessions", 1, 0).overflow = {overflow_kind::shared, 0};
    stack.times.workers = 2;
    EXPECT_EQ(sum(), 2u * (1 + 1 + 3));
    EXPECT_TRUE(postgres().rows.back().is_reserve);
    EXPECT_EQ(postgres().rows.back().total, 6u);
}

TEST_F(Plan, AnUnknownMaximumLeavesTheSumUnknownAndTheEstimateBeside) {
    auto& library = add("library", 0, 0, 2);
    library.pool.reset();
    library.estimate = 10;
    EXPECT_EQ(sum(), figure{});
    EXPECT_EQ(postgres().peak, figure{});
    EXPECT_EQ(postgres().estimated_sum, 135u);
    EXPECT_EQ(postgres().least_peak, 116u);
    EXPECT_EQ(postgres().arithmetic, "30 + 10 + 15 + 4 x 15 + 2 x ~10 = ~135");
}

TEST_F(Plan, AnUnboundedOverflowCountsAtLeastItsPool) {
    add("client", 7, 0).overflow = {overflow_kind::unbounded, 0};
    EXPECT_EQ(sum(), figure{});
    EXPECT_EQ(postgres().estimated_sum, figure{});
    EXPECT_EQ(postgres().least_peak, 116u + 7);
}

TEST_F(Plan, NoInstanceOfTheUnknownIsNothing) {
    add("library", 0, 0, 0).pool.reset();
    EXPECT_EQ(sum(), 115u);
}

TEST_F(Plan, AnUnknownDeployLeavesOnlyThePeakUnknown) {
    find("migrations").pool.reset();
    EXPECT_EQ(sum(), 115u);
    EXPECT_EQ(postgres().peak, figure{});
}

TEST_F(Plan, FiguresBeyond64BitsStayAtTheLargestInsteadOfWrappingAround) {
    stack.times = {figure_max, figure_max, {figure_max, false}, figure_max};
    set("runner", figure_max, figure_max);
    find("runner").instances = figure_max;
    EXPECT_EQ(sum(), std::numeric_limits<std::uint64_t>::max());
}

TEST_F(Plan, AResourceNobodyUsesSumsUpToNothing) {
    stack.consumers.clear();
    EXPECT_EQ(sum(), 0u);
    EXPECT_EQ(postgres().arithmetic, "0");
}

TEST_F(Plan, ResourcesOfOneKindAreAddedUpApart) {
    stack.resources.push_back({"postgres:reports", 20, 3, 0});
    find("sync_engine").resource = "postgres:reports";
    EXPECT_EQ(sum(), 105u);
    EXPECT_EQ(add_up(stack)[1].sum, 10u);
}

TEST(Resource, LeavesNothingUsableWhenMoreIsReservedThanThereIs) {
    EXPECT_EQ((resource{"postgres", 2, 3, 0}.usable()), 0u);
    EXPECT_EQ((resource{"postgres", {}, 3, 0}.usable()), figure{});
}

TEST(Surge, RoundsAPercentageUp) {
    EXPECT_EQ((surge_terms{25, true}.of(4)), 1u);
    EXPECT_EQ((surge_terms{25, true}.of(5)), 2u);
    EXPECT_EQ((surge_terms{1, true}.of(1)), 1u);
    EXPECT_EQ((surge_terms{0, true}.of(9)), 0u);
    EXPECT_EQ((surge_terms{3, false}.of(1)), 3u);
}

}  // namespace
}  // namespace headroom::budget
