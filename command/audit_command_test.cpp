// The audit as an operator runs it: the real binary against real servers.
#include <algorithm>

#include "command/audit_crowd_fixture.hpp"
#include "command/audit_fixture.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_postgres.hpp"

namespace headroom::command {

headroom::testing::outcome headroom_audit(strings arguments) {
    arguments.insert(arguments.begin(), {HEADROOM_COMMAND, "audit"});
    return headroom::testing::run_program({.arguments = std::move(arguments)});
}

namespace {

using namespace std::chrono_literals;
using headroom::testing::private_postgres;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// A server that is in order, with the roles of a small company.
private_postgres& orderly_server() {
    static private_postgres one({.settings = {{"max_connections", "40"},
                                              {"tcp_keepalives_idle", "60"},
                                              {"client_connection_check_interval", "1000"}},
                                 .loopback = true});
    static const bool prepared = [] {
        one.create_role("app");
        one.create_role("watch", "LOGIN IN ROLE pg_monitor");
        return true;
    }();
    (void)prepared;
    return one;
}

class AuditCommand : public audit_fixture {
protected:
    const std::string company =
        "resources:\n  postgres: {limit: 40, reserved: 3}\n"
        "consumers:\n"
        "  - {name: web.engine, resource: postgres, pool: 2, application_name: web, "
        "settings: [WEB_POOL]}\n"
        "  - {name: jobs.worker, resource: postgres, pool: 2, application_name: jobs}\n";
};

TEST_F(AuditCommand, FindsNothingOnACleanServer) {
    crowd people;
    people.join(2, orderly_server().url("app"), "web");
    people.join(1, orderly_server().url("app"), "jobs");
    const auto all = report({"--postgres", orderly_server().url("watch"), "--manifest",
                             manifest(company), "--fail-on", "amber"});
    EXPECT_EQ(all.at("verdict"), "GREEN");
    EXPECT_THAT(ids(server_in(all)), IsEmpty());
    EXPECT_EQ(server_in(all).at("live"), 3);
    EXPECT_EQ(server_in(all).at("usable"), 37);
}

TEST_F(AuditCommand, FindsTenPlantedFaultsAndCountsThem) {
    private_postgres server(
        {.settings = {{"max_connections", "30"}, {"idle_session_timeout", "1000000"}},
         .loopback = true});
    server.create_role("app");
    server.create_role("watch", "LOGIN IN ROLE pg_monitor");
    server.create_role("batch", "LOGIN CONNECTION LIMIT 2");
    const auto small = server.create_database("small");
    server.sql("alter database small connection limit 2");
    crowd people;
    people.join(5, server.url("app"), "web");                // 2 declared
    people.join(3, server.url("app"), "metabase");           // nobody declared it
    people.join(2, server.url("batch"), "jobs");             // the role's limit is reached
    people.join(2, server.url("app", small), "jobs");        // the database's limit, too
    people.join(4, server.url("postgres"), "admin");         // superusers
    people.join(1, server.url("app"), "metabase", "begin");  // idle in a transaction
    people.join(1, server.url("app", "postgres", testing::route::loopback), "web");
    server.sql("alter system set max_connections = 50");
    server.sql("select pg_reload_conf()");
    const auto file = manifest(company +
                               "  - {name: mail.sender, resource: postgres, pool: 3, "
                               "application_name: mail}\n");
    json::object found;
    const auto idle_is_old_enough = [&] {
        found = server_in(report({"--postgres", server.url("watch"), "--manifest", file}));
        return !finding(found, "HR-PG-IDLE-IN-TRANSACTION").empty();
    };
    ASSERT_TRUE(testing::eventually(idle_is_old_enough));
    EXPECT_EQ(units(found, "HR-PG-OVERUSER"), 6);  // 6 for 2, and 4 for 2
    EXPECT_EQ(units(found, "HR-PG-STRANGER"), 8);
    EXPECT_EQ(units(found, "HR-PG-GHOST"), 3);
    EXPECT_EQ(units(found, "HR-PG-IDLE-IN-TRANSACTION"), 1);
    EXPECT_EQ(units(found, "HR-PG-SUPERUSER"), 4);
    EXPECT_EQ(units(found, "HR-PG-ROLE-LIMIT"), 2);
    EXPECT_EQ(units(found, "HR-PG-DATABASE-LIMIT"), 2);
    for (const auto* each : {"HR-PG-KEEPALIVE", "HR-PG-IDLE-TIMEOUT", "HR-PG-CONTRADICTION",
                             "HR-PG-PENDING-RESTART", "HR-PG-CHECK-INTERVAL"})
        EXPECT_THAT(ids(found), Contains(each));
    EXPECT_EQ(found.at("live"), 18);
}

TEST_F(AuditCommand, NamesTheCheapestFixWithItsEffect) {
    crowd people;
    people.join(2, orderly_server().url("app"), "web");
    people.join(2, orderly_server().url("app"), "jobs");
    auto text = company;
    text.replace(text.find("pool: 2"), 7, "pool: 60");
    const auto all =
        report({"--postgres", orderly_server().url("watch"), "--manifest", manifest(text)});
    EXPECT_EQ(all.at("verdict"), "RED");
    const auto best = server_in(all).at("fixes").as_array().at(0).as_object();
    EXPECT_EQ(best.at("action"), "lower WEB_POOL (web.engine) by 25");
    EXPECT_EQ(best.at("effect"), "62 becomes 37 of 37 usable");
}

TEST_F(AuditCommand, WritesTablesAsMarkdownToo) {
    crowd people;
    people.join(1, orderly_server().url("app"), "metabase");
    const auto answer = headroom_audit({"--postgres", orderly_server().url("watch"), "--manifest",
                                        manifest(company), "--format", "markdown"});
    for (const auto* each : {"# PostgreSQL watch@", "| HR-PG-STRANGER |", "## Facts",
                             "| nobody | metabase | app |", "| max_connections | 40 |"})
        EXPECT_THAT(answer.output, HasSubstr(each));
}

TEST_F(AuditCommand, ExitsAsTheVerdictSays) {
    const auto file = manifest(
        "resources: {postgres: {limit: 40, reserved: 3}}\nconsumers:\n"
        "  - {name: a, resource: postgres, pool: 99}\n");
    const strings look{"--postgres", orderly_server().url("watch"), "--manifest", file};
    auto strict = look;
    strict.insert(strict.end(), {"--fail-on", "red"});
    EXPECT_EQ(headroom_audit(look).code, 0);
    EXPECT_EQ(headroom_audit(strict).code, 1);
}

TEST_F(AuditCommand, WorksForARoleThatMayOnlyConnectAndSaysWhatItCannotSee) {
    crowd people;
    people.join(2, orderly_server().url("watch"), "web");
    const auto answer = headroom_audit({"--postgres", orderly_server().url("app")});
    EXPECT_EQ(answer.code, 0);
    EXPECT_THAT(answer.output, HasSubstr("without pg_monitor"));
    EXPECT_THAT(answer.output, HasSubstr("GRANT pg_monitor TO \"app\""));
    EXPECT_THAT(answer.output, HasSubstr("live 2"));
}

TEST_F(AuditCommand, SaysInOneLineWhyAServerCouldNotBeAudited) {
    private_postgres guarded(
        {.settings = {{"max_connections", "5"}}, .authentication = "scram-sha-256"});
    guarded.create_role("app", "LOGIN PASSWORD 'right'");
    auto url = guarded.url("app");
    url.replace(url.find("app@"), 4, "app:s3cret@");
    const auto wrong = headroom_audit({"--postgres", url});
    EXPECT_EQ(wrong.code, 78);
    EXPECT_THAT(wrong.errors, HasSubstr("28P01"));
    EXPECT_EQ(std::ranges::count(wrong.errors, '\n'), 1);
    EXPECT_THAT(wrong.output + wrong.errors, Not(HasSubstr("s3cret")));
    const auto absent = headroom_audit({"--postgres", "postgresql://app:s3cret@127.0.0.1:1/x"});
    EXPECT_EQ(absent.code, 75);
    EXPECT_THAT(absent.errors, HasSubstr("not reachable"));
    EXPECT_THAT(absent.output + absent.errors, Not(HasSubstr("s3cret")));
}

TEST_F(AuditCommand, SaysThatAFullServerIsFull) {
    private_postgres tiny({.settings = {{"max_connections", "6"}}});
    tiny.create_role("app");
    crowd people;
    people.join(3, tiny.url("app"), "web");
    const auto full = headroom_audit({"--postgres", tiny.url("app")});
    EXPECT_EQ(full.code, 75);
    EXPECT_THAT(full.errors, HasSubstr("53300"));
}

TEST_F(AuditCommand, NeverPrintsAPasswordOfAUrlItCannotRead) {
    for (const auto* broken :
         {"postgresql://u:s3cret@h:port/x", "u:s3cret@h", "main=postgresql://u:s3cret@h:99999/x",
          "postgresql://u:s3cret@a,b/x", "postgresql://u:s3cret@h/x?password=s3cret&nonsense=1"}) {
        const auto answer = headroom_audit({"--postgres", broken, "--timeout", "100ms"});
        EXPECT_NE(answer.code, 0) << broken;
        EXPECT_THAT(answer.output + answer.errors, Not(HasSubstr("s3cret"))) << broken;
    }
    const auto stray = headroom_audit({"postgresql://u:s3cret@h/x"});
    EXPECT_EQ(stray.code, 64);
    EXPECT_THAT(stray.errors, Not(HasSubstr("s3cret")));
}

TEST_F(AuditCommand, KeepsToItsTimeoutWhenAServerIsSilent) {
    private_postgres silent({.loopback = true});
    silent.create_role("app");
    const auto url = silent.url("app");
    silent.freeze();
    const auto begun = deadline::clock::now();
    const auto answer = headroom_audit({"--postgres", url, "--timeout", "300ms"});
    silent.thaw();
    EXPECT_EQ(answer.code, 75);
    EXPECT_LT(deadline::clock::now() - begun, 2s);
}

TEST_F(AuditCommand, AsksWhichResourceAServerIsWhenTheManifestHasSeveral) {
    const auto file = manifest(
        "resources: {postgres: {limit: 40}, 'postgres:reports': {limit: 9}}\n"
        "consumers:\n  - {name: a, resource: postgres, pool: 1}\n");
    const auto unsaid =
        headroom_audit({"--postgres", orderly_server().url("watch"), "--manifest", file});
    EXPECT_EQ(unsaid.code, 64);
    EXPECT_THAT(unsaid.errors, HasSubstr("NAME=URL"));
    const auto said =
        report({"--postgres", "reports=" + orderly_server().url("watch"), "--manifest", file});
    EXPECT_EQ(server_in(said).at("resource"), "postgres:reports");
}

TEST_F(AuditCommand, NoticesThatTwoAddressesAreOneServer) {
    const auto all = report({"--postgres", orderly_server().url("watch"), "--postgres",
                             orderly_server().url("watch", "template1")});
    EXPECT_THAT(ids(server_in(all)), Contains("HR-PG-SAME-SERVER"));
}

TEST_F(AuditCommand, CountsTwoHundredAndFiftyBackendsOfOneDeclaration) {
    private_postgres busy({.settings = {{"max_connections", "300"}}});
    busy.create_role("app");
    busy.create_role("watch", "LOGIN IN ROLE pg_monitor");
    crowd people;
    for (int i = 0; i < 25; ++i) people.join(10, busy.url("app"), "web-" + std::to_string(i));
    const auto file = manifest(
        "resources: {postgres: {limit: 300, reserved: 3}}\nconsumers:\n"
        "  - {name: web, resource: postgres, pool: 250, "
        "application_name: 'web-*'}\n");
    const auto answer =
        headroom_audit({"--postgres", busy.url("watch"), "--manifest", file, "--json"});
    EXPECT_EQ(answer.code, 0) << answer.errors;
    EXPECT_THAT(answer.output, HasSubstr("\"live\":250"));
}

}  // namespace
}  // namespace headroom::command
