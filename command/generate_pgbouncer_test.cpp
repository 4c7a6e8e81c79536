// A real PgBouncer starts with the generated file, and keeps to its figures under load.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "headroom/testing/private_postgres.hpp"

namespace headroom::command {
namespace {

using namespace headroom::testing;
using strings = std::vector<std::string>;

// 20 - 3 = 17 usable, 13 of them GREEN: 2 control, 11 for the queries of 2 x 10 clients.
constexpr char pooled_shop[] = R"(
resources: {postgres: {limit: 20, reserved: 3}}
consumers:
  - {name: web.control, resource: postgres, pool: 1}
  - {name: web.engine, resource: postgres, pool: 4, overflow: 6, settings: [POOL, OVERFLOW]}
)";

outcome generate_pooler(strings arguments) {
    arguments.insert(arguments.begin(), {HEADROOM_COMMAND, "generate", "pgbouncer"});
    return run_program({.arguments = std::move(arguments)});
}

/// PgBouncer with a generated file, before a server of twenty connections.
class GeneratedPgbouncer : public ::testing::Test {
protected:
    GeneratedPgbouncer() {
        const auto file = here_.write("plan.yaml", pooled_shop);
        const auto users = here_.write("users.txt", "\"postgres\" \"\"\n");
        server_.create_database("app");
        made_ = generate_pooler({file, "--workers", "2", "--host", server_.socket_directory(),
                                 "--port", std::to_string(server_.port()), "--listen-port",
                                 std::to_string(port_), "--socket-dir", here_.path(), "--auth-type",
                                 "trust", "--auth-file", users});
        here_.write("pgbouncer.ini", made_.output);
        give_to(server_user(), here_.path());
    }
    void start() {
        process_.start({.arguments = {find_server("pgbouncer", "HEADROOM_PGBOUNCER_BIN"),
                                      here_.file("pgbouncer.ini")}},
                       [this] { return process_.log().contains("process up"); });
    }
    ~GeneratedPgbouncer() override { process_.stop(SIGTERM); }

    /// Clients that each run short transactions at once.
    outcome load(const std::string& database, int clients) {
        const auto script = here_.write("script.sql", "select pg_sleep(0.02);\n");
        return run_program(
            {.arguments = {find_server("pgbench", "HEADROOM_POSTGRES_BIN"), "-n", "-h", "127.0.0.1",
                           "-p", std::to_string(port_), "-U", "postgres", "-c",
                           std::to_string(clients), "-t", "10", "-f", script, database}});
    }
    std::size_t servers() const { return server_.backends().size(); }

    private_postgres server_{{.settings = {{"max_connections", "20"}}}};
    const temp_directory here_;
    const unsigned short port_ = free_port();
    server_process process_{here_, "pgbouncer"};
    outcome made_;
};

TEST_F(GeneratedPgbouncer, KeepsToItsServersWhileAllClientsWork) {
    ASSERT_EQ(made_.code, 0) << made_.errors;
    start();
    const auto queries = load("app", 20);
    EXPECT_EQ(queries.code, 0) << queries.errors;
    EXPECT_LE(servers(), 11u);
    const auto sessions = load("app_direct", 2);
    EXPECT_EQ(sessions.code, 0) << sessions.errors;
    EXPECT_LE(servers(), 13u);
    EXPECT_GE(servers(), 8u + 1);  // the pool of floors, at least, and a session
}

TEST_F(GeneratedPgbouncer, RefusesOneClientMoreThanThePlanHas) {
    start();
    EXPECT_EQ(load("app", 22).code, 0);
    const auto refused = load("app", 23);
    EXPECT_NE(refused.code, 0);
    EXPECT_TRUE(refused.errors.contains("no more connections allowed")) << refused.errors;
}

TEST_F(GeneratedPgbouncer, StatesItsArithmetic) {
    for (const auto* line :
         {"; postgres: 20 - 3 reserved = 17 usable\n", "; queries: clients 2 x 10 = 20\n",
          "; direct: clients 2 x 1 = 2 (web.control)\n",
          "; servers in all: 11 + 2 = 13 of 17 usable\n", "max_client_conn = 22\n",
          "default_pool_size = 8\n", "reserve_pool_size = 3\n"})
        EXPECT_TRUE(made_.output.contains(line)) << line << made_.output;
}

TEST_F(GeneratedPgbouncer, RefusesWhatWouldMeanSomethingElseInItsFile) {
    const auto file = here_.write("other.yaml", pooled_shop);
    for (const strings& options :
         {strings{"--host", "a b"}, strings{"--database", "x=y"},
          strings{"--database", "pgbouncer"}, strings{"--auth-file", "/x\nadmin_users = me"},
          strings{"--auth-type", "plain"}, strings{"--listen-port", "0"},
          strings{"--port", "65536"}, strings{"--direct", "nobody"}, strings{"--resource", "redis"},
          strings{"--cores", "-1"}}) {
        const auto ended = generate_pooler({file, options[0], options[1]});
        EXPECT_EQ(ended.code, 64) << options[0];
        EXPECT_TRUE(ended.errors.starts_with("headroom generate: " + options[0])) << ended.errors;
    }
}

TEST_F(GeneratedPgbouncer, DoesNotFitWhereSessionsLeaveNothingForQueries) {
    const auto file = here_.write("other.yaml", pooled_shop);
    const auto ended = generate_pooler({file, "--workers", "13"});
    EXPECT_EQ(ended.code, 1);
    EXPECT_TRUE(
        ended.errors.contains("nothing is left for queries: 80 % of 17 usable = 13, less "
                              "13 direct = 0"))
        << ended.errors;
}

}  // namespace
}  // namespace headroom::command
