#include "headroom/persistence/start_decision.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headroom::persistence {
namespace {

using budget::overflow_kind;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The default plan of `serve`: floors 9 and a reserve of 3.
budget::plan serve_plan() {
    budget::plan plan;
    plan.resources.push_back({"postgres", {}, 0, 3});
    const auto add = [&](std::string name, unsigned floor, bool borrows, std::string setting = {}) {
        budget::consumer one;
        one.name = std::move(name);
        one.resource = "postgres";
        one.pool = floor;
        if (borrows) one.overflow.kind = overflow_kind::shared;
        if (!setting.empty()) one.settings.push_back(std::move(setting));
        plan.consumers.push_back(std::move(one));
    };
    add("persistence.control", 1, false);
    add("persistence.lanes", 1, true, "DATABASE_ASYNC_POOL_SIZE");
    add("persistence.sessions", 1, true, "DATABASE_ASYNC_POOL_SIZE");
    add("persistence.sync_engine", 1, true, "DATABASE_SYNC_POOL_SIZE");
    add("eventsourcing.event_store", 2, true, "POSTGRES_POOL_SIZE");
    add("eventsourcing.feed", 1, false);
    add("eventsourcing.writers", 2, false);
    return plan;
}

start_limit server_of(unsigned limit, unsigned held_by_others = 0, unsigned reserved = 3) {
    start_limit one;
    one.resource = "postgres";
    one.name = "server";
    one.how = "max_connections " + std::to_string(limit) + " - 3 superuser_reserved_connections";
    one.limit = limit;
    one.reserved = reserved;
    one.free = limit - reserved - held_by_others;
    if (held_by_others > 0) one.holders.push_back({"reports", held_by_others});
    return one;
}

start_limit role_of(unsigned limit) {
    auto one = server_of(limit, 0, 0);
    one.name = "role app";
    one.role = "app";
    return one;
}

class StartDecision : public ::testing::Test {
protected:
    void give(std::string consumer, unsigned floor) { find(consumer).pool = floor; }
    budget::consumer& find(const std::string& name) {
        return *std::ranges::find(plan.consumers, name, &budget::consumer::name);
    }
    start_decision decide_on(std::vector<start_limit> limits,
                             budget_policy policy = budget_policy::refuse) const {
        return decide(plan, limits, policy);
    }
    budget::plan plan = serve_plan();
};

TEST_F(StartDecision, StartsTheDefaultPlanOnAServerOfTwenty) {
    const auto answer = decide_on({server_of(20)});
    EXPECT_EQ(answer.act, start_action::start);
    EXPECT_EQ(answer.checks.front().peak, 12u);
    EXPECT_EQ(answer.checks.front().usable, 17u);
    EXPECT_THAT(answer.warnings, IsEmpty());
}

TEST_F(StartDecision, RefusesAPlanAboveUsableWithSumUsableAndLargestHolders) {
    give("persistence.lanes", 4);
    give("persistence.sessions", 26);
    const auto answer = decide_on({server_of(20)});
    EXPECT_EQ(answer.act, start_action::refuse);
    EXPECT_EQ(answer.exit_code, 78);
    EXPECT_EQ(
        answer.reason,
        "postgres: the plan's sum of 40 exceeds 17 usable by 23 (server: max_connections 20 - "
        "3 superuser_reserved_connections); largest: persistence.sessions 26, "
        "persistence.lanes 4, reserve 3; lower DATABASE_ASYNC_POOL_SIZE by 23, or raise "
        "max_connections to 43");
}

TEST_F(StartDecision, WarnsOnceAndStartsUnderThatPolicy) {
    give("persistence.sessions", 29);
    const auto answer = decide_on({server_of(20)}, budget_policy::warn);
    EXPECT_EQ(answer.act, start_action::start);
    ASSERT_EQ(answer.warnings.size(), 1u);
    EXPECT_THAT(answer.warnings.front(), HasSubstr("no bound is promised"));
    EXPECT_THAT(answer.cuts, IsEmpty());
}

TEST_F(StartDecision, WaitsUnderThatPolicyAndWouldThenRefuse) {
    give("persistence.sessions", 29);
    const auto answer = decide_on({server_of(20)}, budget_policy::wait);
    EXPECT_EQ(answer.act, start_action::wait);
    EXPECT_EQ(answer.exit_code, 78);
}

TEST_F(StartDecision, ClampCutsTheReserveFirst) {
    const auto answer = decide_on({server_of(13)}, budget_policy::clamp);
    EXPECT_EQ(answer.act, start_action::start);
    EXPECT_THAT(answer.cuts, ElementsAre(cut{"postgres", true, 3, 1}));
    EXPECT_EQ(answer.checks.front().peak, 10u);
}

TEST_F(StartDecision, ClampLeavesOfTheReserveWhatSomebodyNeeds) {
    plan.resources.front().reserve_min = 1;
    give("persistence.sessions", 26);
    const auto answer = decide_on({server_of(20)}, budget_policy::clamp);
    EXPECT_THAT(answer.cuts, ElementsAre(cut{"postgres", true, 3, 1},
                                         cut{"persistence.sessions", false, 26, 8}));
    EXPECT_EQ(answer.checks.front().peak, 17u);
}

TEST_F(StartDecision, ClampThenCutsTheLargestFloorsToWhatFits) {
    give("persistence.lanes", 4);
    give("persistence.sessions", 26);
    const auto answer = decide_on({server_of(20)}, budget_policy::clamp);
    EXPECT_EQ(answer.act, start_action::start);
    EXPECT_THAT(answer.cuts, ElementsAre(cut{"postgres", true, 3, 0},
                                         cut{"persistence.sessions", false, 26, 6}));
    EXPECT_EQ(answer.checks.front().peak, 17u);
}

TEST_F(StartDecision, ClampLevelsEqualFloorsAndStopsAtTheirMinima) {
    const auto answer = decide_on({server_of(10)}, budget_policy::clamp);
    EXPECT_EQ(answer.act, start_action::start);
    EXPECT_EQ(answer.checks.front().peak, 7u);
    EXPECT_EQ(answer.cuts.back(), (cut{"eventsourcing.writers", false, 2, 1}));
}

TEST_F(StartDecision, ClampRefusesWhatDoesNotFitAtItsMinimum) {
    find("eventsourcing.writers").minimum = 2;
    const auto answer = decide_on({server_of(10)}, budget_policy::clamp);
    EXPECT_EQ(answer.act, start_action::refuse);
    EXPECT_EQ(answer.exit_code, 78);
    EXPECT_THAT(answer.reason, HasSubstr("it is at its minimum already"));
}

TEST_F(StartDecision, ClampCountsEveryProcessOfTheDeployment) {
    plan.times.replicas = 2;
    const auto answer = decide_on({server_of(23)}, budget_policy::clamp);
    EXPECT_THAT(answer.cuts, ElementsAre(cut{"postgres", true, 3, 1}));
    EXPECT_EQ(answer.checks.front().peak, 20u);
}

TEST_F(StartDecision, IsBoundByTheRolesLimitWhereThatIsSmaller) {
    const auto answer = decide_on({server_of(100), role_of(11)});
    EXPECT_EQ(answer.act, start_action::refuse);
    EXPECT_THAT(answer.reason, HasSubstr("exceeds 11 usable by 1 (role app"));
    EXPECT_THAT(answer.reason, HasSubstr("raise the limit of role app to 12"));
}

TEST_F(StartDecision, DoesNotCountAnotherRolesConsumersAgainstARolesLimit) {
    find("eventsourcing.writers").role = "projector";
    EXPECT_EQ(decide_on({server_of(100), role_of(10)}).act, start_action::start);
}

TEST_F(StartDecision, WaitsWhileALimitIsNotKnown) {
    const auto answer = decide_on({unread_limit("postgres", "connection refused")});
    EXPECT_EQ(answer.act, start_action::wait);
    EXPECT_EQ(answer.exit_code, 75);
    EXPECT_EQ(answer.reason, "postgres: the limit of server is not known: connection refused");
}

TEST_F(StartDecision, WaitsWhileTheFloorsDoNotFitInWhatIsFree) {
    const auto answer = decide_on({server_of(20, 10)});
    EXPECT_EQ(answer.act, start_action::wait);
    EXPECT_EQ(answer.exit_code, 75);
    EXPECT_THAT(answer.reason, HasSubstr("floors need 9, 7 of 17 usable are free now"));
    EXPECT_THAT(answer.reason, HasSubstr("held by reports 10"));
}

TEST_F(StartDecision, SaysWhenOurOwnMembersMayBeLeaving) {
    auto limit = server_of(20, 10);
    limit.outgoing = 10;
    EXPECT_THAT(decide_on({limit}).reason, HasSubstr("10 are our own system's"));
}

TEST_F(StartDecision, WarnsWhenOnlyTheFloorsFitNow) {
    const auto answer = decide_on({server_of(20, 6)});
    EXPECT_EQ(answer.act, start_action::start);
    EXPECT_THAT(answer.warnings, ElementsAre(HasSubstr("11 of 12 planned units are free now")));
}

TEST_F(StartDecision, RefusesBeforeItWaitsWhenBothWouldApply) {
    give("persistence.sessions", 29);
    const auto answer = decide_on({unread_limit("postgres", "gone"), server_of(20)});
    EXPECT_EQ(answer.act, start_action::refuse);
}

TEST_F(StartDecision, WarnsInAmber) {
    EXPECT_THAT(decide_on({server_of(17)}).warnings, ElementsAre(HasSubstr("AMBER")));
    EXPECT_THAT(decide_on({server_of(18)}).warnings, IsEmpty());
}

TEST_F(StartDecision, ChecksDescriptorsAndThreadsLikeConnections) {
    plan.resources.push_back({"files", {}, 0, 0});
    budget::consumer sockets;
    sockets.name = "http.sockets";
    sockets.resource = "files";
    sockets.pool = 1025;
    plan.consumers.push_back(sockets);
    process_limits process;
    process.files_limit = {"RLIMIT_NOFILE", "getrlimit", process_fact::state::read, 1024, {}};
    const auto files = limits_of(process);
    ASSERT_EQ(files.size(), 1u);
    EXPECT_THAT(decide_on({server_of(20), files[0]}).reason,
                HasSubstr("exceeds 1024 usable by 1 (RLIMIT_NOFILE: getrlimit)"));
    find("http.sockets").pool = 1024;
    EXPECT_EQ(decide_on({server_of(20), files[0]}).act, start_action::start);
}

TEST_F(StartDecision, IgnoresLimitsOfResourcesItDoesNotPlan) {
    auto redis = server_of(1);
    redis.resource = "redis";
    EXPECT_EQ(decide_on({server_of(20), redis}).act, start_action::start);
}

TEST_F(StartDecision, NeverPlansTheSuperusersSlotsNotEvenForOne) {
    server_facts facts;
    facts.reader.role = "postgres";
    facts.reader.superuser = true;
    facts.roles.push_back({"postgres", {}, true});
    facts.settings.push_back({"max_connections", "20", {}, {}, {}});
    facts.settings.push_back({"superuser_reserved_connections", "3", {}, {}, {}});
    const auto limits = limits_of(facts, plan, "postgres", "shop");
    ASSERT_EQ(limits.size(), 1u);
    EXPECT_EQ(decide_on(limits).checks.front().usable, 17u);
}

TEST_F(StartDecision, TakesTheSmallestLimitIntoThePlanItStarts) {
    const auto answer = decide_on({server_of(100), role_of(15)});
    EXPECT_EQ(answer.plan.find_resource("postgres")->usable(), 15u);
}

}  // namespace
}  // namespace headroom::persistence
