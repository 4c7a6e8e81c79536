// What audits say of peaks that are over: of each kind, from facts and peaks alone.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "headroom/fleet/audit_probe.hpp"
#include "headroom/fleet/live_audit_page.hpp"
#include "headroom/fleet/pooler_audit.hpp"
#include "headroom/fleet/redis_audit.hpp"

namespace headroom::fleet {
namespace {

using ::testing::HasSubstr;

constexpr seen_at midday{std::chrono::hours(12)};

/// A server of 20 with 17 usable, looked at twice: before and after most have gone.
class PeaksOfALiveAudit : public ::testing::Test {
protected:
    PeaksOfALiveAudit() {
        for (const auto& [name, value] : {std::pair{"max_connections", "20"},
                                          {"superuser_reserved_connections", "3"}})
            facts.settings.push_back({name, value, {}, "configuration file", value});
        facts.reader.role = "watch";
        facts.reader.sees_everyone = true;
        plan.resources.push_back({"postgres", 20, 3, 0});
        budget::consumer web;
        web.name = "web.engine";
        web.resource = "postgres";
        web.pool = 2;
        web.application_name = "web";
        plan.consumers.push_back(web);
        terms.declared = &plan;
        terms.target = "watch@db/orders";
    }
    void connect(std::string application, int times, std::string state = "idle") {
        for (int i = 0; i < times; ++i) {
            persistence::backend one;
            one.pid = static_cast<int>(facts.backends.size()) + 100;
            one.application_name = application;
            one.role = "app";
            one.database = "orders";
            one.state = state;
            one.in_state = std::chrono::seconds(90);
            one.seen = true;
            facts.backends.push_back(one);
        }
    }
    void look() { seen.look(census_of(facts, terms), midday); }
    live_audit audit() {
        terms.seen = &seen;
        return analyse(facts, terms);
    }
    static finding in(const live_audit& of, std::string_view id) {
        for (const auto& each : of.findings)
            if (each.id == id) return each;
        return {};
    }
    persistence::server_facts facts;
    budget::plan plan;
    audit_terms terms;
    peaks seen;
};

TEST_F(PeaksOfALiveAudit, AreJudgedAndNamedBesideWhatIsLeft) {
    connect("web", 6);
    connect("report", 9);
    look();
    facts.backends.resize(1);
    look();
    const auto audit_now = audit();
    EXPECT_EQ(in(audit_now, "HR-PG-OVERUSER").what,
              "6 live at peak, 1 now, 2 declared: 4 more than it may");
    EXPECT_EQ(in(audit_now, "HR-PG-OVERUSER").evidence, "pids 100; peak at 12:00:00 UTC");
    EXPECT_EQ(in(audit_now, "HR-PG-STRANGER").what,
              "9 sessions at peak, 0 now, that nobody declared");
    EXPECT_EQ(in(audit_now, "HR-PG-STRANGER").evidence, "peak at 12:00:00 UTC");
    EXPECT_EQ(in(audit_now, "HR-PG-FULL").what,
              "15 of 17 usable slots were taken at peak, 1 now");
    EXPECT_EQ(audit_now.arithmetic,
              "2 declared + 4 above that + 9 of strangers = 15, each at its peak");
    EXPECT_EQ(audit_now.held, 1u);
}

TEST_F(PeaksOfALiveAudit, MakeNobodyAGhostWhoWasThere) {
    connect("web", 1);
    look();
    facts.backends.clear();
    look();
    EXPECT_EQ(in(audit(), "HR-PG-GHOST").id, "");
}

TEST_F(PeaksOfALiveAudit, OfTransactionsThatHaveEndedAreFound) {
    connect("web", 2, "idle in transaction");
    look();
    facts.backends.clear();
    look();
    const auto found = in(audit(), "HR-PG-IDLE-IN-TRANSACTION");
    EXPECT_EQ(found.weight, severity::medium);
    EXPECT_EQ(found.what, "2 sessions at peak, 0 now, idle in a transaction");
}

TEST_F(PeaksOfALiveAudit, StandInThePageWithTheNumberOfLooks) {
    connect("web", 2);
    look();
    facts.backends.resize(1);
    look();
    audit_outcome outcome;
    outcome.audit = audit();
    outcome.lost = "gone";
    outcome.exit_code = 75;
    const auto page = page_of(outcome);
    EXPECT_EQ(page.verdict.is, budget::colour::unknown) << "nobody knows how it is now";
    EXPECT_EQ(page.summary.front(), "gone");
    EXPECT_THAT(page.summary, ::testing::Contains(HasSubstr("2 looks from 12:00:00 UTC")));
    EXPECT_THAT(page.summary,
                ::testing::Contains(HasSubstr("live 2 at peak, 1 now; free 15, 16 now")));
}

TEST(PeaksOfARedisAudit, AreJudgedWithEverythingThatTakesAPlace) {
    redis_facts facts;
    facts.info = {{"maxclients", "10"}, {"connected_clients", "9"}, {"connected_slaves", "1"}};
    facts.clients_read = true;
    redis_terms terms;
    peaks seen(census_of(facts, terms), midday);
    facts.info.insert_or_assign("connected_clients", "2");
    seen.look(census_of(facts, terms), midday);
    terms.seen = &seen;
    const auto audit = analyse(facts, terms);
    ASSERT_EQ(audit.findings.size(), 1u);
    EXPECT_EQ(audit.findings[0].what, "9 of 10 maxclients were taken at peak, 2 now");
}

TEST(PeaksOfAPoolerAudit, OfThoseWhoWaitedAreFoundWhenNobodyWaits) {
    pooler_facts facts;
    facts.config = {{"max_client_conn", "100"}};
    facts.pools.push_back({"orders", "app", "session", 1, 3, 1, 2});
    pooler_terms terms;
    peaks seen(census_of(facts, terms), midday);
    facts.pools[0].clients_waiting = 0;
    seen.look(census_of(facts, terms), midday);
    terms.seen = &seen;
    const auto audit = analyse(facts, terms);
    ASSERT_EQ(audit.findings.size(), 1u);
    EXPECT_EQ(audit.findings[0].id, "HR-PB-WAITING");
    EXPECT_EQ(audit.findings[0].what, "3 clients waited for a server connection at peak, none now");
}

}  // namespace
}  // namespace headroom::fleet
