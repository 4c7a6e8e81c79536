#include "headroom/budget/solve.hpp"

#include <gtest/gtest.h>

namespace headroom::budget {
namespace {

using outcome = fitting::outcome;

/// The audited stack on 97 usable connections: two engines nobody can change, and event stores that
/// read the same two variables.
class Solve : public ::testing::Test {
protected:
    Solve() {
        stack.resources = {{"postgres", 100, 3, 0}};
        add("engines", 40, 0);
        add("event_store", 5, 10).settings = {"POOL", "OVERFLOW"};
        add("runner", 5, 10, 4).settings = {"POOL", "OVERFLOW"};
        add("migrations", 1, 0).when = phase::deploy;
    }

    consumer& add(std::string name, unsigned pool, unsigned overflow, unsigned instances = 1,
                  std::string resource = "postgres") {
        consumer made;
        made.name = std::move(name);
        made.resource = std::move(resource);
        made.pool = pool;
        made.overflow.units = overflow;
        made.instances = instances;
        return stack.consumers.emplace_back(std::move(made));
    }
    fitting solved(within keeps = within::green) { return solve(stack, keeps).resources.front(); }
    /// The value of a variable.
    figure value(const std::string& setting, within keeps = within::green) {
        for (const auto& each : solved(keeps).sizes)
            if (each.of.setting == setting) return each.value;
        return {};
    }

    plan stack;
};

TEST_F(Solve, FindsTheLargestSizesInTheirProportion) {
    EXPECT_EQ(value("POOL"), 2u);
    EXPECT_EQ(value("OVERFLOW"), 5u);
    EXPECT_EQ(solved().after.peak, 76u);  // 40 + 5 x (2 + 5) + 1, and 77 keep GREEN
    EXPECT_EQ(solved().is, outcome::fits);
    EXPECT_EQ(solved().verdict_after.is, colour::green);
}

TEST_F(Solve, UsesAllThatIsUsableWithinAmber) {
    EXPECT_EQ(solved(within::amber).bound, 97u);
    EXPECT_EQ(value("POOL", within::amber).value() + value("OVERFLOW", within::amber).value(), 11u);
    EXPECT_EQ(solved(within::amber).after.peak, 96u);
}

TEST_F(Solve, GrowsSizesOfAServerThatIsLarger) {
    stack.resources.front().limit = 1003;
    EXPECT_EQ(value("POOL"), 50u);  // (800 - 41) / 5 = 151 for both: 50.3 and 100.7
    EXPECT_EQ(value("OVERFLOW"), 101u);
}

TEST_F(Solve, MeetsTheBoundExactlyWhereOneUnitCostsOne) {
    stack.consumers.clear();
    add("web", 3, 0).settings = {"WEB"};
    EXPECT_EQ(solved().sizes.front().value, 77u);
    EXPECT_EQ(solved().after.peak, solved().bound);
}

TEST_F(Solve, CountsReplicasAndSurge) {
    stack.resources.front().limit = 1003;
    stack.times = {2, 2, {50, true}, 0};
    const auto found = solved();
    EXPECT_EQ(found.is, outcome::fits);
    EXPECT_EQ(found.after.peak, 6u * (40 + 5 * 18) + 1);
    EXPECT_LE(found.after.peak, found.bound);
}

TEST_F(Solve, SaysWhatIsNeededWhereEvenTheLeastSizesAreTooLarge) {
    stack.times.workers = 4;
    const auto found = solved();
    EXPECT_EQ(found.is, outcome::too_large);
    EXPECT_EQ(found.after.peak, 4u * (40 + 5) + 1);
    EXPECT_EQ(found.limit_needed, 230u);  // 181 is 80 % of 227
    EXPECT_EQ(found.replicas_max, 0u);
}

TEST_F(Solve, SaysHowManyReplicasWouldFit) {
    stack.resources.front().limit = 303;
    stack.times.replicas = 9;
    EXPECT_EQ(solved().is, outcome::too_large);
    EXPECT_EQ(solved().replicas_max, 5u);  // 5 x 45 + 1 of 240
    stack.times.replicas = 5;
    EXPECT_EQ(solved().is, outcome::fits);
}

TEST_F(Solve, CutsNoPoolBelowItsMinimum) {
    stack.consumers[2].minimum = 4;
    EXPECT_EQ(value("POOL"), 4u);
    EXPECT_EQ(value("OVERFLOW"), 3u);
}

TEST_F(Solve, KeepsADeclaredNothing) {
    for (auto& each : stack.consumers) each.overflow = {};
    stack.consumers[1].pool = stack.consumers[2].pool = 0;
    EXPECT_EQ(value("POOL"), 0u);
}

TEST_F(Solve, BoundsWhatWasUnboundedWhereAVariableDoes) {
    stack.consumers[1].overflow = stack.consumers[2].overflow = {overflow_kind::unbounded, 0};
    const auto found = solved();
    EXPECT_EQ(found.is, outcome::fits);
    EXPECT_EQ(value("POOL").value() + value("OVERFLOW").value(), 7u);
    EXPECT_EQ(found.sizes.back().of.declared, figure{});
}

TEST_F(Solve, DoesNotKnowWhereNoVariableBoundsWhatIsUnbounded) {
    stack.consumers[0].overflow = {overflow_kind::unbounded, 0};
    EXPECT_EQ(solved().is, outcome::unknown);
    EXPECT_EQ(value("POOL"), 5u);  // as declared
}

TEST_F(Solve, DoesNotKnowWithoutALimit) {
    stack.resources.front().limit = {};
    EXPECT_EQ(solved().is, outcome::unknown);
    EXPECT_EQ(solved().bound, figure{});
}

TEST_F(Solve, LeavesAPlanAsItIsInWhichNothingCanBeChosen) {
    stack.consumers.resize(1);
    EXPECT_EQ(solved().is, outcome::no_choice);
    EXPECT_EQ(solved().after.peak, 40u);
}

TEST_F(Solve, GivesAVariableOfTwoResourcesTheSmallerValue) {
    stack.resources.push_back({"redis", 10, 0, 0});
    add("cache", 5, 0, 1, "redis").settings = {"POOL"};
    stack.resources.front().limit = 1003;
    const auto found = solve(stack);
    EXPECT_EQ(found.resources[1].sizes.front().value, 8u);
    EXPECT_EQ(found.resources[0].sizes.front().value, 8u);
    EXPECT_EQ(found.resources[0].after.peak, 40u + 5 * (8 + 101) + 1);
}

TEST_F(Solve, SizesTheReserveWhereAVariableSetsIt) {
    stack.resources.front().reserve = 10;
    stack.resources.front().reserve_setting = "RESERVE";
    stack.consumers.resize(1);
    EXPECT_EQ(value("RESERVE"), 37u);
    EXPECT_EQ(solved().after.peak, 77u);
}

TEST_F(Solve, IgnoresWhatHasNoInstance) {
    stack.consumers.clear();
    add("none", 5, 5, 0).settings = {"NONE"};
    EXPECT_TRUE(solved().sizes.empty());
}

TEST_F(Solve, StaysWithinThePlansFiguresWhateverTheLimit) {
    stack.consumers.clear();
    stack.resources.front().limit = figure_max;
    stack.resources.front().reserved = 0;
    add("web", figure_max, 1).settings = {"WEB", "MORE"};
    const auto found = solved();
    EXPECT_EQ(found.is, outcome::fits);
    EXPECT_EQ(found.after.peak, found.bound);
}

}  // namespace
}  // namespace headroom::budget
