// A stack in order, and that the audit has nothing to say about it.
#include <fmt/format.h>
#include <sys/stat.h>

#include "command/audit_stack_fixture.hpp"
#include "headroom/testing/eventually.hpp"

namespace headroom::command {
namespace {

using ::testing::IsEmpty;
using texts = stack_terms::texts;

texts with_usual(texts changed, const texts& usual) {
    changed.insert(usual.begin(), usual.end());
    return changed;
}

/// `redis-server` with a limit of open files, for as long as a server is started.
class limited_redis {
public:
    explicit limited_redis(unsigned files) {
        if (files == 0) return;
        script_ = in_.write("redis-server",
                            fmt::format("#!/bin/sh\nulimit -n {}\nunset HEADROOM_REDIS_BIN\n"
                                        "exec redis-server \"$@\"\n",
                                        files));
        chmod(script_.c_str(), 0755);
        chmod(in_.path().c_str(), 0755);
        setenv("HEADROOM_REDIS_BIN", in_.path().c_str(), 1);
    }
    ~limited_redis() {
        if (!script_.empty()) unsetenv("HEADROOM_REDIS_BIN");
    }

private:
    testing::temp_directory in_;
    std::string script_;
};

texts redis_settings(const stack_terms& of, const limited_redis&) { return of.redis; }

texts pooler_settings(const stack_terms& of, const testing::temp_directory& users) {
    const auto file = users.write("users.txt", "\"app\" \"\"\n\"watch\" \"\"\n");
    testing::give_to(testing::server_user(), users.path());
    return with_usual(of.pgbouncer, {{"auth_file", file},
                                     {"stats_users", "watch"},
                                     {"max_client_conn", "100"},
                                     {"pool_mode", "session"},
                                     {"default_pool_size", "5"}});
}

}  // namespace

void stack_terms::add(const stack_terms& more) {
    const auto join = [](texts& into, const texts& from) { into.insert(from.begin(), from.end()); };
    join(postgres, more.postgres);
    join(pgbouncer, more.pgbouncer);
    join(redis, more.redis);
    join(limits, more.limits);
    join(web, more.web);
    join(jobs, more.jobs);
    consumers.insert(consumers.end(), more.consumers.begin(), more.consumers.end());
    arguments.insert(arguments.end(), more.arguments.begin(), more.arguments.end());
}

stack_servers::stack_servers(const stack_terms& with)
    : postgres(
          {.settings = with_usual(with.postgres, {{"max_connections", "60"},
                                                  {"tcp_keepalives_idle", "60"},
                                                  {"client_connection_check_interval", "1000"}}),
           .loopback = true}),
      pgbouncer(postgres, pooler_settings(with, users)),
      redis(redis_settings(with, limited_redis(with.redis_files))) {
    postgres.create_role("app");
    postgres.create_role("batch", "LOGIN");
    postgres.create_role("watch", "LOGIN IN ROLE pg_monitor");
}

audit_stack::audit_stack(stack_servers& on, stack_terms with) : on_(on), with_(std::move(with)) {
    join(1, "web");
    people_.join(1, on.postgres.url("app", "postgres", testing::route::loopback), "web");
    join(1, "jobs");
    join(1, "shop/serve/00000001/persistence.control");
    join(1, "shop/serve/00000001/persistence.lanes");
    join_pooled(1, "pooled", "select 1");
    join_redis(1, "web", "GET a");
    join_redis(1, "jobs", "SELECT 1\r\nBLPOP queue 0");
}

void audit_stack::join_redis(int times, const std::string& name, const std::string& command) {
    for (int i = 0; i < times; ++i) {
        clients_.emplace_back(on_.redis.port());
        clients_.back().send(fmt::format("CLIENT SETNAME {}\r\n{}\r\n", name, command));
    }
}

std::string audit_stack::manifest_text() const {
    const auto limits =
        with_usual(with_.limits, {{"postgres", "60"}, {"pgbouncer", "100"}, {"redis", "10000"}});
    std::string text = "resources:\n";
    for (const auto& [name, limit] : limits)
        text += fmt::format("  {}: {{limit: {}, reserved: {}}}\n", name, limit,
                            name == "postgres" ? 3 : 0);
    text += "consumers:\n";
    for (const auto* each :
         {"name: web.engine, resource: postgres, pool: 4, application_name: web, "
          "settings: [SQLALCHEMY_POOL_SIZE]",
          "name: jobs.worker, resource: postgres, pool: 2, application_name: jobs",
          "name: persistence.control, resource: postgres, pool: 1",
          "name: persistence.lanes, resource: postgres, pool: 2",
          "name: pooler.servers, resource: postgres, pool: 5, application_name: 'pooled*'",
          "name: ops.tools, resource: postgres, pool: 6, application_name: ops, phase: deploy",
          "name: batch.load, resource: postgres, pool: 2, application_name: batch, phase: deploy",
          "name: web.pooled, resource: pgbouncer, pool: 3, application_name: pooled",
          "name: web.cache, resource: redis, pool: 2, application_name: web",
          "name: jobs.broker, resource: redis, pool: 2, application_name: jobs"})
        text += fmt::format("  - {{{}}}\n", each);
    for (const auto& each : with_.consumers) text += fmt::format("  - {{{}}}\n", each);
    return text;
}

std::string audit_stack::settings_text(const texts& usual, const texts& changed) const {
    std::string text;
    for (const auto& [name, value] : with_usual(changed, usual))
        if (!value.empty()) text += fmt::format("{}={}\n", name, value);
    return text;
}

json::object audit_stack::audit() const {
    const auto postgres = on_.postgres.port();
    const auto manifest = in_.write("plan.yaml", manifest_text());
    const auto web = in_.write(
        "web.env",
        settings_text({{"DATABASE_URL", fmt::format("postgresql+asyncpg://app:s3cret@127.0.0.1:{}/"
                                                    "postgres",
                                                    postgres)},
                       {"SQLALCHEMY_POOL_SIZE", "4"},
                       {"SQLALCHEMY_MAX_OVERFLOW", "2"},
                       {"REDIS_URL", on_.redis.url()},
                       {"REDIS_MAX_CONNECTIONS", "2"}},
                      with_.web));
    const auto jobs =
        in_.write("jobs.env", settings_text({{"TASKIQ_REDIS_URL", on_.redis.url(1)},
                                             {"TASKIQ_MAX_CONNECTION_POOL_SIZE", "2"}},
                                            with_.jobs));
    strings all{"--postgres",  on_.postgres.url("watch"),
                "--pgbouncer", on_.pgbouncer.url("watch", "pgbouncer"),
                "--redis",     on_.redis.url(),
                "--manifest",  manifest,
                "--env-file",  web,
                "--env-file",  jobs,
                "--json"};
    all.insert(all.end(), with_.arguments.begin(), with_.arguments.end());
    const auto answer = headroom_audit(all);
    EXPECT_EQ(answer.code, 0) << answer.errors;
    EXPECT_EQ(answer.output.find("s3cret"), std::string::npos);
    return answer.output.empty() ? json::object() : json::parse(answer.output).as_object();
}

strings said(const json::object& report, const char* list) {
    strings all;
    for (const auto& server : report.at("servers").as_array())
        for (const auto& each : server.at(list).as_array())
            all.push_back(fmt::format("{}, {}, {}", std::string(each.at("id").as_string()),
                                      std::string(each.at("subject").as_string()),
                                      each.at("units").to_number<std::int64_t>()));
    return all;
}

namespace {

TEST(AuditOfAStack, FindsNothingWhereAllIsInOrder) {
    stack_servers servers({});
    const audit_stack stack(servers, {});
    json::object report;
    EXPECT_TRUE(testing::eventually([&] {
        report = stack.audit();
        return said(report).empty();
    })) << json::serialize(report);
    EXPECT_THAT(said(report), IsEmpty());
    EXPECT_THAT(said(report, "notes"), IsEmpty());
    EXPECT_EQ(report.at("verdict"), "GREEN");
    EXPECT_EQ(report.at("servers").as_array().size(), 4u);
}

}  // namespace
}  // namespace headroom::command
