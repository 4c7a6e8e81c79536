#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <signal.h>

#include "headroom/testing/child_process.hpp"
#include "headroom/testing/private_pgbouncer.hpp"
#include "headroom/testing/private_redis.hpp"

namespace headroom::testing {
namespace {

std::string ask(const std::string& url, const char* text) {
    auto* to = PQconnectdb(url.c_str());
    auto* got = PQexec(to, text);
    std::string answer = PQresultStatus(got) == PGRES_TUPLES_OK ? PQgetvalue(got, 0, 0)
                                                                : PQerrorMessage(to);
    PQclear(got);
    PQfinish(to);
    return answer;
}

TEST(PrivatePgbouncer, SignsInAnyRoleOfItsServer) {
    private_postgres server;
    private_pgbouncer bouncer(server);
    server.create_role("app");
    const auto database = server.create_database();
    EXPECT_EQ(ask(bouncer.url("app", database), "SELECT current_user"), "app");
    EXPECT_EQ(ask(bouncer.url("app", database, route::loopback), "SELECT current_database()"),
              database);
}

TEST(PrivatePgbouncer, SharesServerConnectionsAndComesBack) {
    private_postgres server;
    private_pgbouncer bouncer(server, {{"default_pool_size", "1"}});
    const auto url = bouncer.url("postgres", "postgres");
    const auto first = ask(url, "SELECT pg_backend_pid()");
    EXPECT_EQ(ask(url, "SELECT pg_backend_pid()"), first);
    bouncer.stop();
    bouncer.start();
    EXPECT_NE(ask(url, "SELECT pg_backend_pid()"), first);
}

outcome redis(const private_redis& server, std::vector<std::string> words) {
    program what{.arguments = {"redis-cli", "-s", server.socket_file()}};
    what.arguments.insert(what.arguments.end(), words.begin(), words.end());
    return run_program(what);
}

TEST(PrivateRedis, AnswersAndForgetsWhenItEnds) {
    private_redis server({{"maxclients", "20"}});
    EXPECT_EQ(redis(server, {"SET", "key", "value"}).output, "OK\n");
    EXPECT_EQ(redis(server, {"CONFIG", "GET", "maxclients"}).output, "maxclients\n20\n");
    server.stop();
    EXPECT_NE(redis(server, {"PING"}).code, 0);
    server.start();
    EXPECT_EQ(redis(server, {"GET", "key"}).output, "\n");
}

TEST(ChildProcess, CapturesOutputErrorsAndCode) {
    const auto done = run_program({.arguments = {"sh", "-c", "echo $WORD; echo no >&2; exit 3"},
                                   .environment = {{"WORD", "yes"}}});
    EXPECT_EQ(done.output, "yes\n");
    EXPECT_EQ(done.errors, "no\n");
    EXPECT_EQ(done.code, 3);
}

TEST(ChildProcess, StartsFromAnEmptyEnvironmentWhenAsked) {
    const auto done = run_program({.arguments = {"/usr/bin/env"},
                                   .environment = {{"ONLY", "this"}},
                                   .clean_environment = true});
    EXPECT_EQ(done.output, "ONLY=this\n");
}

TEST(ChildProcess, SaysHowAProgramEnded) {
    child_process sleeper({.arguments = {"sleep", "1000"}});
    EXPECT_EQ(sleeper.wait(std::chrono::milliseconds(1)), std::nullopt);
    sleeper.signal(SIGTERM);
    EXPECT_EQ(sleeper.wait(), (exit_status{0, SIGTERM}));
    EXPECT_FALSE(sleeper.running());
    EXPECT_EQ(run_program({.arguments = {"no-such-program"}}).code, 127);
}

TEST(ChildProcess, KillsWhatRunsTooLong) {
    const auto cut = run_program({.arguments = {"sleep", "1000"}}, std::chrono::milliseconds(5));
    EXPECT_EQ(cut.code, 128 + SIGKILL);
}

}  // namespace
}  // namespace headroom::testing
