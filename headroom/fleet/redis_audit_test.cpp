#include "headroom/fleet/redis_audit.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>


namespace headroom::fleet {
namespace {

using budget::colour;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A Redis of 100 clients in order, until a test spoils it.
class RedisAudit : public ::testing::Test {
protected:
    RedisAudit() {
        facts.info = {
            {"maxclients", "100"}, {"connected_clients", "4"}, {"uptime_in_seconds", "9"}};
        facts.config = {
            {"maxmemory-policy", "noeviction"}, {"timeout", "0"}, {"tcp-keepalive", "300"}};
        facts.own_id = 1;
        facts.clients_read = true;
        connect("headroom-audit", "client", 0);
        connect("web", "get", 0);
        connect("web", "set", 0);
        connect("jobs", "xreadgroup", 1);
        plan.resources.push_back({"redis", 100, 0, 0});
        declare("web.cache", "web", 2);
        declare("jobs.broker", "jobs", 2);
    }
    void connect(std::string name, std::string command, unsigned database) {
        redis_client one;
        one.id = static_cast<std::int64_t>(facts.clients.size()) + 1;
        one.name = std::move(name);
        one.command = std::move(command);
        one.database = database;
        one.user = "default";
        one.host = "10.0.0.1";
        facts.clients.push_back(std::move(one));
    }
    void declare(std::string name, std::string pattern, unsigned pool) {
        budget::consumer one;
        one.name = std::move(name);
        one.resource = "redis";
        one.pool = pool;
        one.application_name = std::move(pattern);
        plan.consumers.push_back(std::move(one));
    }
    redis_audit look() const { return analyse(facts, {"cache:6379", "redis", &plan, 80}); }
    finding the(std::string_view id) const {
        finding found;
        const auto audit = look();
        for (const auto* list : {&audit.findings, &audit.notes})
            for (const auto& each : *list)
                if (each.id == id) found = each;
        return found;
    }
    redis_facts facts;
    budget::plan plan;
};

TEST_F(RedisAudit, FindsNothingOnAServerInOrder) {
    EXPECT_THAT(look().findings, IsEmpty());
    EXPECT_THAT(look().notes, IsEmpty());
    EXPECT_EQ(look().verdict.is, colour::green);
    EXPECT_EQ(look().held, 3u);
}

TEST_F(RedisAudit, FindsTwoSystemsInOneDatabase) {
    connect("shop/serve/0badcafe/tasks.results", "get", 3);
    connect("shop/work/0badcaff/tasks.broker", "xadd", 3);
    connect("blog/serve/0badcab1/persistence.cache", "client", 3);
    EXPECT_EQ(the("HR-RD-SHARED-KEYS").id, "") << "it has not used a key";
    facts.clients.back().command = "set";
    const auto found = the("HR-RD-SHARED-KEYS");
    EXPECT_EQ(found.subject, "database 3");
    EXPECT_EQ(found.what, "blog (1 client) and shop (2 clients) use it: only a prefix of each "
                          "keeps their keys apart");
    EXPECT_EQ(found.units, 3u);
    EXPECT_EQ(check_of(found.id), "XC-R2");
    facts.clients.back().database = 4;
    EXPECT_EQ(the("HR-RD-SHARED-KEYS").id, "");
}

TEST_F(RedisAudit, CountsReplicasAndLinksAgainstTheLimit) {
    facts.info["connected_slaves"] = "2";
    facts.info["cluster_connections"] = "10";
    facts.info["redis_mode"] = "cluster";
    EXPECT_EQ(look().peak.of.usable(), budget::figure{88});
    EXPECT_EQ(facts.held(), budget::figure{15}) << "ours not counted";
    EXPECT_EQ(the("HR-RD-REPLICAS").units, 2u);
    EXPECT_EQ(the("HR-RD-CLUSTER").units, 10u);
    EXPECT_THAT(look().findings, IsEmpty());
    plan.consumers.front().pool = 90;
    EXPECT_EQ(look().verdict.is, colour::red) << "92 of 100, and 12 of them are taken";
}

TEST_F(RedisAudit, SaysThatAReplicaWasLookedAt) {
    facts.info["role"] = "slave";
    facts.info["master_host"] = "10.0.0.7";
    facts.info["master_port"] = "6379";
    facts.info["master_link_status"] = "up";
    EXPECT_EQ(the("HR-RD-REPLICA").subject, "replica of 10.0.0.7:6379");
    EXPECT_THAT(the("HR-RD-REPLICA").what, HasSubstr("maxclients 100 is its own"));
    EXPECT_EQ(the("HR-RD-REPLICA-LINK").id, "");
    EXPECT_EQ(look().verdict.is, colour::green);
    EXPECT_EQ(look().peak.of.usable(), budget::figure{99});
    facts.info["master_link_status"] = "down";
    facts.info["master_link_down_since_seconds"] = "42";
    EXPECT_THAT(the("HR-RD-REPLICA-LINK").what, HasSubstr("down since 42 s"));
    EXPECT_EQ(look().verdict.is, colour::amber);
}

TEST_F(RedisAudit, FindsWritesThatAreRefusedForWantOfReplicas) {
    facts.config["min-replicas-to-write"] = "2";
    facts.info["min_slaves_good_slaves"] = "3";
    EXPECT_EQ(the("HR-RD-MIN-REPLICAS").id, "");
    facts.info["min_slaves_good_slaves"] = "2";
    EXPECT_EQ(the("HR-RD-MIN-REPLICAS").weight, severity::low);
    facts.info["min_slaves_good_slaves"] = "1";
    EXPECT_EQ(the("HR-RD-MIN-REPLICAS").weight, severity::high);
    EXPECT_EQ(the("HR-RD-MIN-REPLICAS").what,
              "writes are refused (NOREPLICAS): 1 of 2 replicas are there");
}

TEST_F(RedisAudit, NamesWhoHoldsTooMuchAndWhoNobodyDeclared) {
    connect("web", "get", 0);
    connect("dashboard", "info", 0);
    EXPECT_EQ(the("HR-RD-OVERUSER").what, "3 live, 2 declared: 1 more than it may");
    EXPECT_EQ(the("HR-RD-STRANGER").subject, "dashboard as default");
}

TEST_F(RedisAudit, FindsAQueueThatSharesItsDatabaseWithACache) {
    connect("jobs", "xreadgroup", 0);
    EXPECT_THAT(the("HR-RD-SHARED").what, HasSubstr("queue of jobs and cache of web"));
    EXPECT_EQ(check_of("HR-RD-SHARED"), "XC-R2");
}

TEST_F(RedisAudit, ItsOwnResultsDoNotMakeAQueueACache) {
    connect("jobs", "get", 1);
    EXPECT_EQ(the("HR-RD-SHARED").id, "");
}

TEST_F(RedisAudit, FindsAPolicyThatEvictsTasks) {
    facts.config["maxmemory-policy"] = "allkeys-lru";
    EXPECT_EQ(the("HR-RD-EVICTION").weight, severity::low);
    facts.info["maxmemory"] = "1000000";
    EXPECT_EQ(the("HR-RD-EVICTION").weight, severity::high);
    EXPECT_EQ(look().verdict.is, colour::red);
    std::erase_if(facts.clients, [](const auto& each) { return each.name == "jobs"; });
    EXPECT_EQ(the("HR-RD-EVICTION").id, "") << "a cache may evict";
}

TEST_F(RedisAudit, FindsRejectedClientsAndAFullServer) {
    facts.info["rejected_connections"] = "12";
    facts.info["connected_clients"] = "91";
    EXPECT_EQ(the("HR-RD-REJECTED").units, 12u);
    EXPECT_EQ(the("HR-RD-FULL").what, "90 of 100 maxclients are taken now, 10 are free");
}

TEST_F(RedisAudit, FindsALimitThatRlimitLeft) {
    facts.info["maxclients"] = "992";
    plan.resources[0].limit = 992;
    EXPECT_THAT(the("HR-RD-NOFILE").what, HasSubstr("RLIMIT_NOFILE 1024"));
    facts.info["maxclients"] = "10000";
    plan.resources[0].limit = 10'000;
    EXPECT_EQ(the("HR-RD-NOFILE").id, "");
}

TEST_F(RedisAudit, FindsSettingsThatKeepOrLoseClients) {
    facts.config["timeout"] = "60";
    facts.config["tcp-keepalive"] = "0";
    EXPECT_THAT(the("HR-RD-IDLE-TIMEOUT").what, HasSubstr("60 s"));
    EXPECT_EQ(the("HR-RD-KEEPALIVE").weight, severity::low);
}

TEST_F(RedisAudit, SaysWhatItCouldNotRead) {
    facts.unread.push_back({"maxclients", "NOPERM"});
    facts.clients.clear();
    facts.clients_read = false;
    EXPECT_EQ(the("HR-RD-UNREAD").subject, "maxclients");
    EXPECT_EQ(the("HR-RD-GHOST").id, "") << "nobody is missed whom nobody could see";
    EXPECT_EQ(look().held, 3u);
}

TEST_F(RedisAudit, IsUnknownWithoutTheServersLimit) {
    facts.info.erase("maxclients");
    EXPECT_EQ(look().verdict.is, colour::unknown);
}

TEST(RedisFacts, ReadsClientsAndLeavesUnknownFieldsAlone) {
    const auto clients = parse_client_list(
        "id=3 addr=10.0.0.7:52555 laddr=a fd=8 name=web age=5 idle=1 flags=N db=2 cmd=get "
        "user=app\n"
        "id=4 addr=/run/redis.sock:0 name= flags=S db=0 cmd=client|list new=field user=default\n"
        "nonsense\n");
    ASSERT_EQ(clients.size(), 2u);
    EXPECT_EQ(clients[0].host, "10.0.0.7");
    EXPECT_EQ(clients[0].database, 2u);
    EXPECT_EQ(clients[1].command, "client");
    EXPECT_TRUE(clients[1].replication);
}

}  // namespace
}  // namespace headroom::fleet
