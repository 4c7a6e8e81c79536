#include "headroom/fleet/live_audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headroom::fleet {
namespace {

using budget::colour;
using persistence::backend;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// A server of 20 with 17 usable and a plan of two consumers, in order until a test spoils it.
class LiveAudit : public ::testing::Test {
protected:
    LiveAudit() {
        facts.reader.role = "monitor";
        facts.reader.database = "service";
        facts.reader.sees_everyone = true;
        set("max_connections", "20");
        set("superuser_reserved_connections", "3");
        set("client_connection_check_interval", "1000");
        set("tcp_keepalives_idle", "60");
        plan.resources.push_back({"postgres", 20, 3, 0});
        declare("web.engine", "web", 4);
        declare("jobs.worker", "jobs", 2);
        connect("web", 3);
        connect("jobs", 2);
        connect("headroom audit", 1);
        facts.backends.back().own = true;
    }
    void set(std::string name, std::string value) {
        std::erase_if(facts.settings, [&](const auto& each) { return each.name == name; });
        facts.settings.push_back({std::move(name), value, {}, "configuration file", value});
    }
    void declare(std::string name, std::string application, unsigned pool) {
        budget::consumer one;
        one.name = std::move(name);
        one.resource = "postgres";
        one.pool = pool;
        one.application_name = std::move(application);
        one.settings = {"POOL_SIZE"};
        plan.consumers.push_back(std::move(one));
    }
    void connect(std::string application, int times, std::string role = "app") {
        for (int i = 0; i < times; ++i) {
            backend one;
            one.pid = static_cast<int>(facts.backends.size()) + 100;
            one.application_name = application;
            one.role = role;
            one.database = "service";
            one.address = "10.0.0.1";
            one.state = "idle";
            one.seen = true;
            facts.backends.push_back(one);
        }
    }
    live_audit look() const { return analyse(facts, {"app@db/service", "postgres", &plan, 0, {}}); }
    /// The only finding of that id, or an empty one.
    finding the(std::string_view id) const {
        finding found;
        const auto audit = look();
        for (const auto* list : {&audit.findings, &audit.notes})
            for (const auto& each : *list)
                if (each.id == id) found = each;
        return found;
    }
    persistence::server_facts facts;
    budget::plan plan;
};

TEST_F(LiveAudit, FindsAPollerThatRunsBesideARunnerThatListens) {
    connect("legacy-Poller", 3);
    EXPECT_EQ(the("HR-PG-POLLER").id, "") << "a poller alone is somebody's choice";
    connect("projections", 1);
    facts.backends.back().listens = true;
    const auto found = the("HR-PG-POLLER");
    EXPECT_EQ(found.subject, "database service");
    EXPECT_EQ(found.units, 3u);
    EXPECT_EQ(found.what, "legacy-Poller may poll beside projections: each event is handled twice, "
                          "and 3 connections more");
    EXPECT_EQ(check_of(found.id), "XC-R6");
    facts.backends.back().database = "another";
    EXPECT_EQ(the("HR-PG-POLLER").id, "");
    facts.backends.back().database = "service";
    facts.backends.back().listens = false;
    EXPECT_EQ(the("HR-PG-POLLER").id, "");
    facts.backends.back().application_name = "subscription-runner";
    EXPECT_EQ(the("HR-PG-POLLER").units, 3u);
}

TEST_F(LiveAudit, FindsNothingOnAServerInOrder) {
    const auto audit = look();
    EXPECT_THAT(audit.findings, IsEmpty());
    EXPECT_EQ(audit.verdict.is, colour::green);
    EXPECT_EQ(audit.held, 5u);
    EXPECT_EQ(audit.arithmetic, "6 declared + 0 above that + 0 of strangers = 6");
}

TEST_F(LiveAudit, NamesAConsumerThatHoldsMoreThanItDeclared) {
    connect("web", 4);
    EXPECT_EQ(the("HR-PG-OVERUSER").subject, "web.engine");
    EXPECT_EQ(the("HR-PG-OVERUSER").what, "7 live, 4 declared: 3 more than it may");
    EXPECT_EQ(look().verdict.is, colour::amber);
    EXPECT_EQ(look().peak.peak, 9u);
}

TEST_F(LiveAudit, NamesStrangersByNameAndRole) {
    connect("metabase", 2, "reports");
    EXPECT_EQ(the("HR-PG-STRANGER").subject, "metabase as reports");
    EXPECT_EQ(the("HR-PG-STRANGER").units, 2u);
    EXPECT_EQ(the("HR-PG-STRANGER").evidence, "pids 106, 107");
}

TEST_F(LiveAudit, NamesAGhost) {
    declare("mail.sender", "mail", 3);
    EXPECT_EQ(the("HR-PG-GHOST").what, "3 declared at rest, none live");
}

TEST_F(LiveAudit, DoesNotExpectADeploysConsumerToBeThere) {
    declare("schema.migrations", "migrate", 1);
    plan.consumers.back().when = budget::phase::deploy;
    EXPECT_THAT(look().findings, IsEmpty());
}

TEST_F(LiveAudit, CountsIdleTransactionsFromTheirThresholdOn) {
    facts.backends[0].state = "idle in transaction";
    EXPECT_THAT(look().findings, IsEmpty());
    facts.backends[0].in_state = std::chrono::seconds(90);
    EXPECT_EQ(the("HR-PG-IDLE-IN-TRANSACTION").weight, severity::medium);
    EXPECT_THAT(the("HR-PG-IDLE-IN-TRANSACTION").what, HasSubstr("the longest for 90 s"));
}

TEST_F(LiveAudit, CountsSuperusersBecauseTheyTakeOrdinarySlots) {
    facts.backends[0].superuser = facts.backends[1].superuser = true;
    EXPECT_EQ(the("HR-PG-SUPERUSER").units, 2u);
    EXPECT_EQ(the("HR-PG-SUPERUSER").weight, severity::low);
}

TEST_F(LiveAudit, FindsARolesLimitThatBindsBeforeTheServers) {
    facts.roles.push_back({"app", 6});
    EXPECT_EQ(the("HR-PG-ROLE-LIMIT").weight, severity::medium);
    plan.consumers[0].role = plan.consumers[1].role = "app";
    facts.roles[0].limit = 5;
    EXPECT_EQ(the("HR-PG-ROLE-LIMIT").what, "CONNECTION LIMIT 5, 5 live, 6 declared");
    EXPECT_EQ(look().verdict.is, colour::red);
}

TEST_F(LiveAudit, FindsADatabasesLimitThatBindsBeforeTheServers) {
    facts.databases.push_back({"service", 5});
    EXPECT_EQ(the("HR-PG-DATABASE-LIMIT").what, "CONNECTION LIMIT 5, 5 live, 6 declared");
}

TEST_F(LiveAudit, FindsMissingKeepalivesOnceAnybodyIsRemote) {
    set("tcp_keepalives_idle", "0");
    EXPECT_THAT(the("HR-PG-KEEPALIVE").what, HasSubstr("7200 s"));
    for (auto& each : facts.backends) each.address.clear();
    EXPECT_THAT(look().findings, IsEmpty());
}

TEST_F(LiveAudit, FindsSettingsThatKeepOrLoseConnections) {
    set("client_connection_check_interval", "0");
    set("idle_session_timeout", "600000");
    EXPECT_EQ(the("HR-PG-CHECK-INTERVAL").weight, severity::note);
    EXPECT_THAT(the("HR-PG-IDLE-TIMEOUT").what, HasSubstr("600000 ms"));
}

TEST_F(LiveAudit, FindsAManifestThatContradictsTheServer) {
    plan.resources[0].limit = 100;
    EXPECT_EQ(the("HR-PG-CONTRADICTION").what, "the manifest says 97 usable, the server 17");
}

TEST_F(LiveAudit, FindsALimitThatChangesAtTheNextRestart) {
    facts.settings[0].pending_restart = true;
    EXPECT_EQ(the("HR-PG-PENDING-RESTART").subject, "max_connections");
}

TEST_F(LiveAudit, SaysHowFullTheServerIs) {
    connect("web", 1);
    connect("jobs", 8);
    EXPECT_EQ(the("HR-PG-FULL").what, "14 of 17 usable slots are taken now, 3 are free");
}

TEST_F(LiveAudit, SaysWhatItCouldNotSee) {
    facts.reader.sees_everyone = false;
    facts.unread.push_back({"system identifier", "permission denied"});
    EXPECT_THAT(look().notes, SizeIs(2));
    EXPECT_EQ(look().verdict.is, colour::green);
}

TEST_F(LiveAudit, IsUnknownWithoutTheServersLimit) {
    facts.settings.clear();
    EXPECT_EQ(look().verdict.is, colour::unknown);
}

TEST_F(LiveAudit, WarnsOfAPoolerInTheWay) {
    facts.through = persistence::route::pooled;
    EXPECT_EQ(the("HR-PG-POOLED").weight, severity::medium);
}

TEST_F(LiveAudit, AddsStrangersToThePlanAndNamesTheCheapestFixThatMendsItAll) {
    plan.consumers[0].pool = 20;
    connect("metabase", 3, "reports");
    const auto audit = look();
    EXPECT_EQ(audit.verdict.is, colour::red);
    EXPECT_EQ(audit.arithmetic, "22 declared + 0 above that + 3 of strangers = 25");
    EXPECT_EQ(audit.fixes.front().action, "lower POOL_SIZE (web.engine) by 8");
    EXPECT_EQ(audit.fixes.front().effect, "25 becomes 17 of 17 usable");
}

TEST_F(LiveAudit, JudgesWhatIsLiveWhereThereIsNoPlan) {
    const auto audit = analyse(facts, {"app@db/service", "postgres", nullptr, 0, {}});
    EXPECT_EQ(audit.verdict.is, colour::green);
    EXPECT_EQ(audit.peak.peak, 5u);
    EXPECT_THAT(audit.findings, IsEmpty());
}

TEST_F(LiveAudit, LetsBurstsBorrowTheSharedReserveBeforeTheyAreTooMuch) {
    plan.resources[0].reserve = 2;
    plan.consumers[0].overflow.kind = budget::overflow_kind::shared;
    connect("web", 3);
    EXPECT_THAT(look().findings, IsEmpty());
    connect("web", 1);
    EXPECT_EQ(the("HR-PG-OVERUSER").units, 1u);
}

TEST_F(LiveAudit, GroupsConnectionsOfTheSameOwner) {
    const auto owners = look().owners;
    ASSERT_THAT(owners, SizeIs(2));
    EXPECT_EQ(owners[0].consumer, "web.engine");
    EXPECT_EQ(owners[0].count, 3u);
}

TEST(BackendMatch, ReadsTheConsumerFromHeadroomsOwnNames) {
    EXPECT_EQ(consumer_part("shop/serve/0a1b2c3d/persistence.lanes"), "persistence.lanes");
    EXPECT_EQ(consumer_part("a/b"), "");
}

TEST(BackendMatch, KnowsStarsAndQuestionMarks) {
    EXPECT_TRUE(matches("web-*", "web-1"));
    EXPECT_TRUE(matches("*a*b?", "xxaxxabc"));
    EXPECT_TRUE(matches("", ""));
    EXPECT_FALSE(matches("web-?", "web-12"));
    EXPECT_FALSE(matches("web", "webs"));
}

TEST(BackendMatch, CountsConsumersThatNobodyCanTellApartAsOne) {
    budget::plan plan;
    plan.resources.push_back({"postgres", {}, 0, 0});
    for (const auto* name : {"a.engine", "a.sync"}) {
        budget::consumer one;
        one.name = name;
        one.resource = "postgres";
        one.pool = 5;
        one.role = "app";
        plan.consumers.push_back(one);
    }
    backend one;
    one.role = "app";
    const auto by = attribute(std::vector<backend>(7, one), plan, "postgres");
    ASSERT_THAT(by.parties, SizeIs(1));
    EXPECT_EQ(by.parties[0].name(), "a.engine + a.sync");
    EXPECT_EQ(by.parties[0].declared, 10u);
    EXPECT_EQ(by.parties[0].live, 7u);
}

TEST_F(LiveAudit, FindsSessionsOfAMemberThatHasGone) {
    declare("persistence.lanes", "*/persistence.lanes", 4);
    connect("shop/serve/0badcafe/persistence.lanes", 2);
    for (auto& each : facts.backends) each.age = std::chrono::seconds(9);
    EXPECT_EQ(the("HR-PG-ORPHAN").units, 2u);
    EXPECT_EQ(the("HR-PG-ORPHAN").subject, "shop/serve/0badcafe");
    facts.in_recovery = true;
    EXPECT_EQ(the("HR-PG-ORPHAN").units, 0u) << "a standby has no control connections";
    facts.in_recovery = false;
    connect("shop/serve/0badcafe/persistence.control", 1);
    EXPECT_EQ(the("HR-PG-ORPHAN").units, 0u);
}

TEST_F(LiveAudit, AProcessThatBeginsAndACommandAreNoOrphans) {
    connect("shop/serve/0badcafe/persistence.lanes", 1);
    EXPECT_EQ(the("HR-PG-ORPHAN").units, 0u);
    facts.backends.pop_back();
    connect("shop/migrate/0badcafe/persistence.migrations", 1);
    facts.backends.back().age = std::chrono::seconds(9);
    EXPECT_EQ(the("HR-PG-ORPHAN").units, 0u);
}

TEST_F(LiveAudit, WhatAPoolerHasOpenIsNobodysOrphan) {
    connect("shop/serve/pooled/persistence.lanes", 2);
    for (auto& each : facts.backends) each.age = std::chrono::seconds(9);
    EXPECT_EQ(the("HR-PG-ORPHAN").units, 0u);
}

TEST_F(LiveAudit, JudgesTheKneeWhereSomebodyToldTheCores) {
    audit_terms terms{"app@db/service", "postgres", &plan, 1, {}};
    const auto few = analyse(facts, terms);
    ASSERT_THAT(few.findings, SizeIs(1));
    EXPECT_EQ(few.findings[0].id, "HR-PG-KNEE");
    EXPECT_EQ(few.findings[0].units, 2u) << "6 declared, one core does most with 4";
    EXPECT_EQ(few.findings[0].weight, severity::low);
    terms.cores = 2;
    EXPECT_THAT(analyse(facts, terms).findings, IsEmpty());
}

TEST_F(LiveAudit, GrantsFurtherReplicasTheirShareWhileADeployRolls) {
    plan.times.replicas = 2;
    plan.times.surge.amount = 1;
    connect("web", 9);  // 12 in all: three replicas of 4
    EXPECT_EQ(the("HR-PG-OVERUSER").units, 0u);
    EXPECT_EQ(look().arithmetic, "18 declared + 0 above that + 0 of strangers = 18");
    connect("web", 1);
    EXPECT_EQ(the("HR-PG-OVERUSER").what, "13 live, 12 declared: 1 more than it may");
}

TEST_F(LiveAudit, GrantsTheReserveOfFurtherReplicasToo) {
    plan.resources[0].reserve = 2;
    plan.consumers[0].overflow.kind = budget::overflow_kind::shared;
    plan.times.surge.amount = 1;
    connect("web", 9);  // 12 in all: two replicas of 4 and 2
    EXPECT_EQ(the("HR-PG-OVERUSER").units, 0u);
    EXPECT_EQ(look().peak.peak, 16u);
}

}  // namespace
}  // namespace headroom::fleet
