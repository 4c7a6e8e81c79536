// The audit by those who may hardly do anything: it works, and says what it cannot see.
#include <fmt/format.h>

#include <sstream>

#include "command/audit_crowd_fixture.hpp"
#include "command/audit_fixture.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_pgbouncer.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/text_client.hpp"

namespace headroom::command {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::private_postgres;
using testing::private_redis;
using ::testing::UnorderedElementsAre;

class AuditWithFewRights : public audit_fixture {
protected:
    /// What notes with this id are about.
    static strings unread(const json::object& server, std::string_view id) {
        strings all;
        for (const auto& each : server.at("notes").as_array())
            if (each.at("id").as_string() == id) all.emplace_back(each.at("subject").as_string());
        return all;
    }
    /// The page of a server for a user of Redis with these rights.
    json::object redis_as(const private_redis& server, const std::string& rights) {
        const auto answer = testing::run_program(
            {.arguments = {"redis-cli", "-p", std::to_string(server.port()), "ACL", "SETUSER",
                           "little", "reset", "on", ">little"}});
        EXPECT_EQ(answer.output, "OK\n") << answer.errors;
        std::vector<std::string> words{"redis-cli", "-p",      std::to_string(server.port()),
                                       "ACL",       "SETUSER", "little"};
        std::istringstream each(rights);
        for (std::string word; each >> word;) words.push_back(word);
        testing::run_program({.arguments = words});
        return server_in(
            report({"--redis", fmt::format("redis://little:little@127.0.0.1:{}", server.port())}));
    }
};

TEST_F(AuditWithFewRights, ARoleThatMayOnlyConnectSeesWhoIsThereAndSaysWhatItDoesNot) {
    private_postgres server;
    server.create_role("app");
    server.create_role("little");
    server.sql("revoke all on database postgres from public");
    server.sql("revoke all on schema public from public");
    server.sql("grant connect on database postgres to app, little");
    crowd people;
    people.join(3, server.url("app"), "web", "begin");
    const auto found = server_in(report({"--postgres", server.url("little")}));
    EXPECT_TRUE(found.at("error").is_null()) << json::serialize(found);
    EXPECT_EQ(found.at("live"), 3);
    EXPECT_EQ(found.at("usable"), 97);
    EXPECT_EQ(found.at("sees_everyone"), false);
    EXPECT_THAT(unread(found, "HR-PG-UNREAD"), UnorderedElementsAre("states of other roles"));
    EXPECT_THAT(std::string(finding(found, "HR-PG-UNREAD").at("evidence").as_string()),
                HasSubstr("GRANT pg_monitor TO \"little\""));
}

TEST_F(AuditWithFewRights, AHardenedServerIsReadAsFarAsItGoes) {
    private_postgres server;
    server.create_role("little");
    server.sql("revoke execute on function pg_control_system() from public");
    server.sql("revoke select on pg_settings, pg_stat_replication from public");
    const auto found = server_in(report({"--postgres", server.url("little")}));
    EXPECT_TRUE(found.at("error").is_null()) << json::serialize(found);
    EXPECT_EQ(found.at("verdict"), "UNKNOWN") << "the limit could not be read";
    for (const auto* each : {"settings", "client sessions", "system identifier"})
        EXPECT_THAT(unread(found, "HR-PG-UNREAD"), Contains(each));
}

TEST_F(AuditWithFewRights, AUserOfRedisWithInfoAloneSeesTheLimitAndHowManyThereAre) {
    private_redis server;
    const testing::text_client one(server.port()), two(server.port());
    json::object found;
    EXPECT_TRUE(testing::eventually([&] {
        found = redis_as(server, "+info");
        return found.at("live") == 2;
    })) << json::serialize(found);
    EXPECT_EQ(found.at("limit"), 10'000);
    EXPECT_THAT(unread(found, "HR-RD-UNREAD"),
                UnorderedElementsAre("maxclients", "maxmemory-policy", "timeout", "tcp-keepalive",
                                     "min-replicas-to-write", "CLIENT LIST"));
}

TEST_F(AuditWithFewRights, AUserOfRedisWithoutAnyRightSaysSo) {
    private_redis server;
    const auto found = redis_as(server, "-@all");
    EXPECT_TRUE(found.at("error").is_null()) << json::serialize(found);
    EXPECT_EQ(found.at("verdict"), "UNKNOWN");
    EXPECT_THAT(unread(found, "HR-RD-UNREAD"), Contains("INFO"));
    EXPECT_THAT(std::string(finding(found, "HR-RD-UNREAD").at("evidence").as_string()),
                HasSubstr("NOPERM"));
}

TEST_F(AuditWithFewRights, AUserForStatisticsSeesAllOfAPooler) {
    private_postgres server;
    server.create_role("little");
    const testing::temp_directory users;
    const auto known = users.write("users.txt", "\"little\" \"\"\n");
    testing::give_to(testing::server_user(), users.path());
    testing::private_pgbouncer pooler(server, {{"auth_file", known}, {"stats_users", "little"}});
    const auto found = server_in(report({"--pgbouncer", pooler.url("little", "pgbouncer")}));
    EXPECT_TRUE(found.at("error").is_null()) << json::serialize(found);
    EXPECT_THAT(unread(found, "HR-PB-UNREAD"), IsEmpty());
    EXPECT_EQ(found.at("usable"), 1000);
}

}  // namespace
}  // namespace headroom::command
