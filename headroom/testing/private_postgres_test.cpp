#include "headroom/testing/private_postgres.hpp"

#include <gtest/gtest.h>
#include <libpq-fe.h>
#include <signal.h>
#include <unistd.h>

#include "headroom/testing/eventually.hpp"

namespace headroom::testing {
namespace {

struct client {
    explicit client(const std::string& url) : to(PQconnectdb(url.c_str())) {}
    ~client() { PQfinish(to); }
    bool connected() const { return PQstatus(to) == CONNECTION_OK; }
    bool answers() const {
        auto* got = PQexec(to, "SELECT 1");
        const bool fine = PQresultStatus(got) == PGRES_TUPLES_OK;
        PQclear(got);
        return fine;
    }
    PGconn* const to;
};

TEST(PrivatePostgres, AnswersOnItsSocket) {
    private_postgres server;
    EXPECT_EQ(server.value("SELECT 40 + 2"), "42");
    EXPECT_EQ(server.value("SHOW fsync"), "off");
}

TEST(PrivatePostgres, TakesSettings) {
    private_postgres server({.settings = {{"max_connections", "20"}}});
    EXPECT_EQ(server.value("SHOW max_connections"), "20");
    server.restart_with({{"max_connections", "30"}});
    EXPECT_EQ(server.value("SHOW max_connections"), "30");
}

TEST(PrivatePostgres, GivesEachTestADatabaseAndEachRoleAnUrl) {
    private_postgres server;
    server.create_role("app");
    const auto first = server.create_database(), second = server.create_database();
    EXPECT_NE(first, second);
    client app(server.url("app", second));
    ASSERT_TRUE(app.connected()) << PQerrorMessage(app.to);
    ASSERT_EQ(server.backends().size(), 1u);
    EXPECT_EQ(server.backends()[0].user, "app");
    EXPECT_EQ(server.backends()[0].database, second);
}

TEST(PrivatePostgres, ListensOnLoopbackWithPasswordsWhenAsked) {
    private_postgres server({.loopback = true, .authentication = "scram-sha-256"});
    server.create_role("app", "LOGIN PASSWORD 'right'");
    auto url = server.url("app", "postgres", route::loopback);
    EXPECT_FALSE(client(url).connected());
    EXPECT_TRUE(client(url + "?password=right").connected());
}

TEST(PrivatePostgres, TerminatesABackend) {
    private_postgres server;
    client one(server.url());
    server.terminate(PQbackendPID(one.to));
    EXPECT_TRUE(server.backends().empty());
    EXPECT_FALSE(one.answers());
}

TEST(PrivatePostgres, ComesBackAfterEveryKindOfEnd) {
    private_postgres server;
    client held(server.url());
    server.sql("CREATE TABLE kept (n int)");
    server.restart(stop_mode::fast);
    EXPECT_FALSE(held.answers());
    server.restart(stop_mode::immediate);
    server.crash();
    server.start();
    server.kill_postmaster();
    server.start();
    EXPECT_EQ(server.value("SELECT count(*) FROM kept"), "0");
}

TEST(PrivatePostgres, ComesBackAfterItsPostmasterWasKilledUnderClients) {
    private_postgres server;
    client idle(server.url()), busy(server.url());
    PQsendQuery(busy.to, "SELECT pg_sleep(1000)");
    server.kill_postmaster();
    EXPECT_FALSE(idle.answers());
    server.start();
    EXPECT_TRUE(client(server.url()).answers());
}

TEST(PrivatePostgres, FreezesOneBackendAndLeavesOthersAlone) {
    private_postgres server;
    client frozen(server.url()), other(server.url());
    const int pid = PQbackendPID(frozen.to);
    private_postgres::freeze(pid);
    PQsendQuery(frozen.to, "SELECT 1");
    EXPECT_TRUE(other.answers());
    EXPECT_EQ(server.value("SELECT 1"), "1");
    private_postgres::thaw(pid);
    EXPECT_TRUE(eventually([&] { return PQconsumeInput(frozen.to) == 1 && !PQisBusy(frozen.to); }));
}

TEST(PrivatePostgres, AStandbyFollowsItsPrimaryAndLacksWhatItDidNotHearOf) {
    private_postgres primary, standby;
    standby.follow(primary);
    primary.sql("CREATE TABLE heard (n int)");
    EXPECT_TRUE(standby.catches_up_with(primary));
    standby.stop_following();
    primary.sql("CREATE TABLE unheard (n int)");
    primary.crash();
    standby.promote();
    EXPECT_EQ(standby.value("SELECT to_regclass('heard')"), "heard");
    EXPECT_EQ(standby.value("SELECT to_regclass('unheard')"), "");
    EXPECT_EQ(standby.value("SELECT pg_is_in_recovery()"), "f");
}

TEST(PrivatePostgres, StopsEvenWhenFrozen) {
    private_postgres server;
    client held(server.url());
    server.freeze();
    server.stop();
    EXPECT_EQ(server.pid(), 0);
}

TEST(PrivatePostgres, LeavesNothingBehindWhenTheTestCrashes) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    if (fork() == 0) {
        private_postgres server;
        const auto place = server.socket_directory() + " " + std::to_string(server.pid()) + "\n";
        if (write(ends[1], place.data(), place.size()) > 0) kill(getpid(), SIGKILL);
    }
    close(ends[1]);
    auto* from = fdopen(ends[0], "r");
    char directory[128];
    int pid = 0;
    const int words = fscanf(from, "%127s %d", directory, &pid);
    fclose(from);
    ASSERT_EQ(words, 2);
    EXPECT_TRUE(eventually([&] { return kill(pid, 0) != 0; }));
    EXPECT_TRUE(eventually([&] { return !std::filesystem::exists(directory); }));
}

}  // namespace
}  // namespace headroom::testing
