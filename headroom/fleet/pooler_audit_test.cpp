#include "headroom/fleet/pooler_audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace headroom::fleet {
namespace {

using budget::colour;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

/// Two names before one server of 97, pooled by session, until a test spoils it.
class PoolerAudit : public ::testing::Test {
protected:
    PoolerAudit() {
        facts.config = {{"max_client_conn", "100"}, {"pool_mode", "session"}};
        facts.clients_read = true;
        add_database("orders", 20, 5);
        add_database("reports", 10, 0);
        add_pool("orders", "app", 3);
        terms.servers = {{"db:5432/x", "db", 5432, 97, {}}};
    }
    void add_database(std::string name, std::uint64_t size, std::uint64_t reserve) {
        pooler_database one;
        one.name = std::move(name);
        one.host = "db";
        one.port = 5432;
        one.pool_size = size;
        one.reserve = reserve;
        facts.databases.push_back(std::move(one));
    }
    void add_pool(std::string database, std::string user, std::uint64_t servers) {
        pooler_pool one{std::move(database), std::move(user), "session"};
        one.servers = servers;
        facts.pools.push_back(std::move(one));
    }
    void connect(std::string name, int times) {
        for (int i = 0; i < times; ++i) {
            persistence::backend one;
            one.application_name = name;
            one.role = "app";
            one.seen = true;
            facts.clients.push_back(std::move(one));
        }
    }
    pooler_audit look() const { return analyse(facts, terms); }
    finding the(std::string_view id) const {
        finding found;
        const auto audit = look();
        for (const auto* list : {&audit.findings, &audit.notes})
            for (const auto& each : *list)
                if (each.id == id) found = each;
        return found;
    }
    pooler_facts facts;
    pooler_terms terms;
};

TEST_F(PoolerAudit, FindsNothingOnAPoolerInOrder) {
    connect("web", 5);
    EXPECT_THAT(look().findings, IsEmpty());
    EXPECT_THAT(look().notes, IsEmpty());
    EXPECT_EQ(look().verdict.is, colour::green);
}

TEST_F(PoolerAudit, AddsUpPoolsOfEachNameAndUser) {
    add_pool("orders", "admin", 1);
    ASSERT_THAT(look().servers, SizeIs(1));
    EXPECT_EQ(look().servers[0].arithmetic, "orders 2 x 25 + reports 10 = 60");
}

TEST_F(PoolerAudit, CapsANameByMaxDbConnections) {
    facts.databases[0].max_connections = 12;
    EXPECT_EQ(look().servers[0].arithmetic, "orders 12 of 25 + reports 10 = 22");
}

TEST_F(PoolerAudit, FindsMoreServerConnectionsThanTheServerHas) {
    terms.servers[0].usable = 17;
    EXPECT_EQ(the("HR-PB-SERVERS").what,
              "may open 35 server connections, 17 are usable: 18 too many");
    EXPECT_EQ(look().verdict.is, colour::red);
    EXPECT_EQ(look().fixes.front().effect, "35 becomes 17 of 17 usable");
}

TEST_F(PoolerAudit, TakesLocalAddressesOfOnePortForOneServer) {
    for (auto& each : facts.databases) each.host = "/run/postgresql";
    terms.servers = {{"x", "127.0.0.1", 5432, 17, {}}};
    EXPECT_EQ(the("HR-PB-SERVERS").units, 18u);
}

TEST_F(PoolerAudit, FindsAFullClientLedgerAndWhoWaits) {
    connect("web", 100);
    facts.pools[0].clients_waiting = 7;
    facts.pools[0].longest_wait_s = 12;
    EXPECT_EQ(the("HR-PB-FULL").weight, severity::high);
    EXPECT_THAT(the("HR-PB-WAITING").what, HasSubstr("7 clients wait for one of 3 server"));
}

TEST_F(PoolerAudit, FindsTwoCapsOfOneServer) {
    for (auto& each : facts.databases) each.max_connections = 3;
    EXPECT_EQ(the("HR-PB-NAMES").units, 2u);
}

TEST_F(PoolerAudit, NotesWhatTransactionPoolingCosts) {
    facts.config["pool_mode"] = "transaction";
    EXPECT_THAT(the("HR-PB-MODE").what, HasSubstr("LISTEN"));
    EXPECT_THAT(the("HR-PB-MODE").evidence, HasSubstr("do not work"));
    facts.config["max_prepared_statements"] = "100";
    EXPECT_THAT(the("HR-PB-MODE").evidence, HasSubstr("up to 100"));
}

TEST_F(PoolerAudit, FindsWhoListensWhereConnectionsChangeHands) {
    persistence::backend session;
    session.pid = 4711;
    session.listens = true;
    terms.servers[0].sessions = {session};
    facts.servers = {{"orders", "app", 4711}};
    EXPECT_EQ(the("HR-PB-LISTEN").units, 0u) << "a session of its own keeps its LISTEN";
    facts.config["pool_mode"] = "transaction";
    EXPECT_EQ(the("HR-PB-LISTEN").units, 1u);
    EXPECT_EQ(the("HR-PB-LISTEN").subject, "orders");
    facts.servers[0].pid = 1;
    EXPECT_EQ(the("HR-PB-LISTEN").units, 0u) << "who came past the pooler";
}

TEST_F(PoolerAudit, ComparesClientsWithAPlanThatNamesThePooler) {
    budget::plan plan;
    plan.resources.push_back({"pgbouncer", 100, 0, 0});
    budget::consumer web;
    web.name = "web";
    web.resource = "pgbouncer";
    web.pool = 2;
    web.application_name = "web";
    plan.consumers.push_back(web);
    terms.declared = &plan;
    connect("web", 3);
    connect("psql", 1);
    EXPECT_EQ(the("HR-PB-OVERUSER").units, 1u);
    EXPECT_EQ(the("HR-PB-STRANGER").subject, "psql as app");
}

TEST(PoolerFacts, ReadsTheTablesOfAConsole) {
    std::vector<persistence::console_table> answers(7);
    answers[0] = {{"version"}, {{"PgBouncer 1.18.0"}}};
    answers[1] = {{"key", "value", "default"}, {{"max_client_conn", "50", "100"}}};
    answers[2] = {{"list", "items"}, {{"used_clients", "3"}}};
    answers[3] = {
        {"name", "host", "port", "force_user", "pool_size", "reserve_pool"},
        {{"orders", "db", "5432", "", "20", "5"}, {"pgbouncer", "", "6432", "", "2", "0"}}};
    answers[4] = {
        {"database", "user", "cl_active", "cl_waiting", "sv_active", "sv_idle", "maxwait"},
        {{"orders", "app", "2", "1", "1", "2", "9"}}};
    answers[5].error = "not allowed";
    answers[6] = {{"database", "user", "remote_pid"}, {{"orders", "app", "4711"}}};
    const auto facts = read_pooler(answers, "own");
    EXPECT_EQ(facts.number("max_client_conn"), 50u);
    ASSERT_THAT(facts.databases, SizeIs(1)) << "the console is no database";
    EXPECT_EQ(facts.databases[0].reserve, 5u);
    EXPECT_EQ(facts.pools[0].servers, 3u);
    EXPECT_EQ(facts.servers[0].pid, 4711);
    EXPECT_FALSE(facts.clients_read);
    EXPECT_EQ(facts.unread[0].name, "SHOW CLIENTS");
}

}  // namespace
}  // namespace headroom::fleet
