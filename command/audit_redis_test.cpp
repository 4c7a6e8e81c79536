// The audit of Redis as an operator runs it, against real servers.
#include <fmt/format.h>

#include <algorithm>

#include "command/audit_fixture.hpp"
#include "headroom/runtime/deadline.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/text_client.hpp"

namespace headroom::command {
namespace {

using namespace std::chrono_literals;
using headroom::testing::private_redis;
using headroom::testing::text_client;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AuditOfRedis : public audit_fixture {
protected:
    /// Clients that stay until the test ends; each says its name and a last command.
    void join(const private_redis& server, int times, const std::string& name,
              const std::string& command) {
        for (int i = 0; i < times; ++i) {
            clients.emplace_back(server.port());
            clients.back().send(fmt::format("CLIENT SETNAME {}\r\n{}\r\n", name, command));
        }
    }
    json::object settled(const strings& arguments, std::int64_t live) {
        json::object found;
        EXPECT_TRUE(testing::eventually([&] {
            found = server_in(report(arguments));
            return found.at("live").to_number<std::int64_t>() == live;
        }));
        return found;
    }
    const std::string plan =
        "resources:\n  redis: {limit: 10000}\n"
        "consumers:\n"
        "  - {name: web.cache, resource: redis, pool: 2, application_name: web}\n"
        "  - {name: jobs.broker, resource: redis, pool: 1, application_name: jobs}\n";
    std::vector<text_client> clients;
};

TEST_F(AuditOfRedis, FindsNothingOnACleanServer) {
    private_redis server;
    join(server, 2, "web", "GET a");
    join(server, 1, "jobs", "SELECT 1\r\nBLPOP queue 0");
    const auto found = settled({"--redis", server.url(), "--manifest", manifest(plan)}, 3);
    EXPECT_EQ(found.at("verdict"), "GREEN");
    EXPECT_THAT(ids(found), IsEmpty());
    EXPECT_EQ(found.at("limit"), 10'000);
}

TEST_F(AuditOfRedis, FindsPlantedFaultsAndCountsThem) {
    private_redis server({{"maxclients", "20"},
                          {"maxmemory", "10000000"},
                          {"maxmemory-policy", "allkeys-lru"},
                          {"timeout", "3600"},
                          {"tcp-keepalive", "0"}});
    join(server, 5, "web", "GET a");           // 2 declared
    join(server, 1, "jobs", "BLPOP queue 0");  // on the cache's database
    join(server, 2, "dashboard", "PING");      // nobody declared it
    const auto found = settled({"--redis", server.url(), "--manifest", manifest(plan)}, 8);
    EXPECT_EQ(units(found, "HR-RD-OVERUSER"), 3);
    EXPECT_EQ(units(found, "HR-RD-STRANGER"), 2);
    for (const auto* each : {"HR-RD-SHARED", "HR-RD-EVICTION", "HR-RD-IDLE-TIMEOUT",
                             "HR-RD-KEEPALIVE", "HR-RD-CONTRADICTION"})
        EXPECT_THAT(ids(found), Contains(each));
    EXPECT_EQ(found.at("verdict"), "RED");
    EXPECT_EQ(finding(found, "HR-RD-SHARED").at("checklist"), "XC-R2");
}

TEST_F(AuditOfRedis, CountsThoseWhoWereRejected) {
    private_redis server({{"maxclients", "4"}});
    join(server, 3, "web", "GET a");
    settled({"--redis", server.url()}, 3);
    join(server, 2, "late", "PING");
    const auto seen = [&] {
        const auto page = report({"--redis", server.url()});
        const auto full = server_in(page);
        return full.at("error").is_string();
    };
    EXPECT_TRUE(testing::eventually(seen)) << "the audit itself finds no place";
    EXPECT_EQ(headroom_audit({"--redis", server.url()}).code, 75);
    clients.pop_back();
    clients.pop_back();
    clients.pop_back();
    json::object found;
    EXPECT_TRUE(testing::eventually([&] {
        found = server_in(report({"--redis", server.url()}));
        return found.at("error").is_null();
    }));
    EXPECT_THAT(ids(found), Contains("HR-RD-REJECTED"));
}

TEST_F(AuditOfRedis, CountsReplicasAndSaysWhenOneWasLookedAt) {
    private_redis primary({{"maxclients", "50"}, {"repl-diskless-sync-delay", "0"}});
    private_redis replica({{"maxclients", "40"}});
    testing::text_client orders(replica.port());
    orders.send(fmt::format("REPLICAOF 127.0.0.1 {}\r\n", primary.port()));
    const auto look = [](const private_redis& at) {
        return server_in(report({"--redis", at.url()}));
    };
    json::object of_primary;
    EXPECT_TRUE(testing::eventually([&] {
        of_primary = look(primary);
        return of_primary.at("replicas") == 1;
    }));
    EXPECT_THAT(ids(of_primary), Contains("HR-RD-REPLICAS"));
    EXPECT_EQ(of_primary.at("usable"), 49);
    EXPECT_EQ(of_primary.at("free"), 49);
    json::object of_replica;
    EXPECT_TRUE(testing::eventually([&] {
        of_replica = look(replica);
        return finding(of_replica, "HR-RD-REPLICA-LINK").empty() &&
               of_replica.at("usable") == 39;
    }));
    EXPECT_EQ(finding(of_replica, "HR-RD-REPLICA").at("subject").as_string(),
              std::string_view(fmt::format("replica of 127.0.0.1:{}", primary.port())));
    EXPECT_EQ(of_replica.at("free"), 38) << "the link to its primary, and who made it a replica";
    primary.stop();
    EXPECT_TRUE(testing::eventually([&] {
        of_replica = look(replica);
        return !finding(of_replica, "HR-RD-REPLICA-LINK").empty();
    }));
    EXPECT_EQ(of_replica.at("verdict"), "AMBER");
}

TEST_F(AuditOfRedis, WorksOverASocketAndForAUserWithFewRights) {
    private_redis server;
    clients.emplace_back(server.port());
    clients.back().send("ACL SETUSER watch on >s3cret +info +auth +ping\r\n");
    const auto url = fmt::format("unix://watch:s3cret@{}", server.socket_file());
    headroom::testing::outcome answer;
    EXPECT_TRUE(testing::eventually([&] {
        answer = headroom_audit({"--redis", url});
        return answer.code == 0;
    })) << answer.errors;
    EXPECT_THAT(answer.output, HasSubstr("HR-RD-UNREAD"));
    EXPECT_THAT(answer.output, HasSubstr("NOPERM"));
    EXPECT_THAT(answer.output + answer.errors, Not(HasSubstr("s3cret")));
}

TEST_F(AuditOfRedis, SaysInOneLineWhyAServerCouldNotBeAudited) {
    private_redis guarded({{"requirepass", "right"}});
    for (const auto& url : {fmt::format("redis://:s3cret@127.0.0.1:{}", guarded.port()),
                            fmt::format("redis://127.0.0.1:{}", guarded.port())}) {
        const auto answer = headroom_audit({"--redis", url});
        EXPECT_EQ(answer.code, 78) << url << answer.errors;
        EXPECT_EQ(std::ranges::count(answer.errors, '\n'), 1) << answer.errors;
        EXPECT_THAT(answer.output + answer.errors, Not(HasSubstr("s3cret")));
    }
    const auto plain = headroom_audit(
        {"--timeout", "300ms", "--redis", fmt::format("rediss://127.0.0.1:{}", guarded.port())});
    EXPECT_EQ(plain.code, 75);
    EXPECT_THAT(plain.errors, HasSubstr("no TLS handshake"));
    const auto absent = headroom_audit({"--redis", "redis://:s3cret@127.0.0.1:1"});
    EXPECT_EQ(absent.code, 75);
    EXPECT_THAT(absent.errors, HasSubstr("not reachable"));
    const auto malformed = headroom_audit({"--redis", "redis://:s3cret@h:port"});
    EXPECT_EQ(malformed.code, 64);
    EXPECT_THAT(malformed.errors, Not(HasSubstr("s3cret")));
}

TEST_F(AuditOfRedis, ASilentServerLeavesTheOthersTheirTime) {
    private_redis silent, other;
    silent.freeze();
    const auto begun = deadline::clock::now();
    const auto answer = headroom_audit(
        {"--redis", silent.url(), "--redis", other.url(), "--timeout", "600ms", "--json"});
    silent.thaw();
    EXPECT_EQ(answer.code, 75);
    EXPECT_LT(deadline::clock::now() - begun, 3s);
    const auto pages = json::parse(answer.output).as_object().at("servers").as_array();
    EXPECT_TRUE(pages[0].at("error").is_string());
    EXPECT_TRUE(pages[1].at("error").is_null());
}

TEST_F(AuditOfRedis, ComparesSettingsWithALiveRedis) {
    private_redis server({{"maxclients", "20"}});
    const auto env =
        file("web.env", fmt::format("REDIS_URL={}\nREDIS_MAX_CONNECTIONS=50\n", server.url()));
    const auto all = report({"--env-file", env, "--redis", server.url()});
    EXPECT_EQ(all.at("verdict"), "RED");
    EXPECT_THAT(ids(all.at("servers").as_array().at(1).as_object()), Contains("HR-EN-SUM"));
}

}  // namespace
}  // namespace headroom::command
