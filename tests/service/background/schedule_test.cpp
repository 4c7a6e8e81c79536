// `schedule`: what is due is sent, by any number of processes that have no PostgreSQL.
#include <fmt/chrono.h>
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>

#include <ctime>
#include <regex>
#include <set>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_redis.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::eventually;
using testing::private_redis;

constexpr char expiry[] = "identity:expire_keys";

class Schedule : public ::testing::Test {
protected:
    variables with() const { return {{"REDIS_URL", redis.url()}}; }
    std::string ask(std::vector<std::string> command) const {
        command.insert(command.begin(), {"-n", "1"});
        return redis.ask(command);
    }
    testing::outcome operate(std::vector<std::string> arguments) const {
        arguments.insert(arguments.begin(), "tasks");
        arguments.emplace_back("--json");
        return run_service(with(), std::move(arguments));
    }
    boost::json::array listed() const {
        const auto said = operate({"schedules"});
        EXPECT_EQ(said.code, 0) << said.errors;
        return boost::json::parse(said.output).at("schedules").as_array();
    }
    bool sent(int count) const {
        return eventually([&] { return std::stoi(ask({"XLEN", "taskiq"})) >= count; });
    }
    /// Clients of schedulers, by the names of their connections.
    std::size_t clients(const std::string& name = "/schedule/") const {
        const auto list = redis.ask({"CLIENT", "LIST"});
        std::size_t count = 0;
        for (auto at = list.find(name); at != list.npos; at = list.find(name, at + 1)) ++count;
        return count;
    }

    private_redis redis;
};

TEST_F(Schedule, HoldsOneConnectionAndNoneToPostgres) {
    auto all = with();
    all["DATABASE_URL"] = "postgresql://app@127.0.0.1:1/nowhere";
    running_service one(all, "schedule"), other(all, "schedule");
    ASSERT_TRUE(one.ready()) << one.errors();
    ASSERT_TRUE(other.ready()) << other.errors();
    EXPECT_EQ(clients(), 2u) << redis.ask({"CLIENT", "LIST"});
    EXPECT_EQ(clients("/persistence.redis_shared "), 2u);
    const auto budget = one.get_json("/budget");
    for (const auto& each : budget.at("resources").as_array()) {
        EXPECT_NE(each.at("name"), "postgres");
        if (each.at("name") == "redis") EXPECT_EQ(each.at("held").to_number<int>(), 1);
    }
    EXPECT_THAT(one.errors(), Not(HasSubstr("max_connections")));
    for (const auto* each : {"headroom_schedule_fired_total", "headroom_schedule_missed_total",
                             "headroom_schedules"})
        EXPECT_THAT(one.get("/metrics").body, HasSubstr(std::string("\n") + each + " "));
    one.process().signal(SIGTERM);
    const auto ended = one.process().wait();
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->code, 0) << one.errors();
    EXPECT_TRUE(eventually([&] { return clients() == 1; }));
}

TEST_F(Schedule, ThePlanOfTheRoleIsWhatItHolds) {
    const auto planned = run_service(with(), {"plan", "--role", "schedule"});
    EXPECT_EQ(planned.code, 0) << planned.errors;
    EXPECT_THAT(planned.output, HasSubstr("headroom-service schedule"));
    EXPECT_THAT(planned.output, HasSubstr("persistence.redis_shared"));
    EXPECT_THAT(planned.output, Not(HasSubstr("postgres")));
    EXPECT_THAT(planned.output, Not(HasSubstr("tasks.reader")));
    EXPECT_THAT(planned.output, Not(HasSubstr("runtime.blocking_pool")));
    const auto markdown = run_service(with(), {"plan", "--role", "schedule", "--format",
                                               "markdown"});
    EXPECT_EQ(markdown.code, 0) << markdown.errors;
    EXPECT_THAT(markdown.output, HasSubstr("persistence.redis_shared"));
}

TEST_F(Schedule, EachSlotIsSentOnceByWhicheverIsFirst) {
    running_service one(with(), "schedule"), other(with(), "schedule");
    ASSERT_TRUE(one.ready()) << one.errors();
    ASSERT_TRUE(other.ready()) << other.errors();
    const auto added = operate({"schedule", "tick", "demo:tick", "--every", "1", "--arguments",
                                "[1, \"a\"]"});
    EXPECT_EQ(added.code, 0) << added.errors;
    EXPECT_EQ(added.output, "{\"done\":\"schedule\",\"id\":\"tick\"}\n");
    ASSERT_TRUE(sent(3));
    const auto all = ask({"XRANGE", "taskiq", "-", "+"});
    const std::regex slot("\"schedule_slot\": ?\"([^\"]+)\"");
    std::multiset<std::string> slots;
    for (std::sregex_iterator each(all.begin(), all.end(), slot), end; each != end; ++each)
        slots.insert((*each)[1]);
    EXPECT_GE(slots.size(), 3u) << all;
    EXPECT_EQ(slots.size(), std::set<std::string>(slots.begin(), slots.end()).size()) << all;
    EXPECT_EQ(operate({"unschedule", "tick"}).code, 0);
    const auto none = operate({"unschedule", "tick"});
    EXPECT_EQ(none.code, 78);
    EXPECT_THAT(none.errors, HasSubstr("there is no such schedule"));
}

TEST_F(Schedule, AnOperatorSeesWhatIsSentWhen) {
    EXPECT_EQ(operate({"schedule", "b", "demo:b", "--cron", "30 2 * * *", "--zone",
                       "Europe/Paris"}).code, 0);
    ask({"SET", "schedule:data:a", "?"});
    ask({"RPUSH", "schedule:cron", "a"});
    const auto all = listed();
    ASSERT_EQ(all.size(), 2u);
    EXPECT_TRUE(all[0].at("fault").is_string());
    EXPECT_EQ(all[1].at("id"), "b");
    EXPECT_EQ(all[1].at("task"), "demo:b");
    EXPECT_EQ(all[1].at("when"), "cron 30 2 * * * Europe/Paris");
    EXPECT_TRUE(all[1].at("next").is_string());
    EXPECT_TRUE(all[1].at("last").is_string());
    EXPECT_THAT(run_service(with(), {"tasks", "schedules"}).output, HasSubstr("cannot be read"));
}

TEST_F(Schedule, WhatCannotBeAddedIsRefusedWithTheReason) {
    const auto refused = operate({"schedule", "a", "demo:a", "--cron", "61 * * * *"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_THAT(refused.errors, HasSubstr("a: minute: a value out of range"));
    EXPECT_EQ(operate({"schedule", "a", "demo:a", "--every", "5", "--arguments", "{}"}).code, 64);
    EXPECT_EQ(operate({"schedule", "a", "demo:a"}).code, 64);
    EXPECT_EQ(operate({"schedule", "a", "demo:a", "--every", "5", "--cron", "* * * * *"}).code, 64);
    EXPECT_EQ(operate({"schedule", "a", "demo:a", "--every", "5", "--zone", "UTC"}).code, 64);
    EXPECT_TRUE(listed().empty());
}

TEST_F(Schedule, HealthTellsOfSchedulesThatNeverComeToPass) {
    ask({"SET", "schedule:data:a", "?"});
    ask({"RPUSH", "schedule:cron", "a"});
    auto all = with();
    all["HEADROOM_SCHEDULE_DIALECT"] = "taskiq";
    const auto added =
        run_service(all, {"tasks", "schedule", "b", "demo:b", "--cron", "*/0 * * * *"});
    EXPECT_EQ(added.code, 0) << added.errors;
    running_service one(all, "schedule");
    ASSERT_TRUE(one.ready()) << one.errors();
    EXPECT_TRUE(eventually([&] {
        return one.get("/healthz").body.contains("1 cannot be read, 1 can never be due");
    })) << one.get("/healthz").body;
    EXPECT_THAT(one.get("/healthz").body, HasSubstr("redis:shared"));
    const auto said = one.errors();
    const auto first = said.find("a schedule is never due");
    ASSERT_NE(first, said.npos) << said;
    EXPECT_EQ(said.find("a schedule is never due", first + 1), said.npos);
}

TEST_F(Schedule, AnotherServicesSchedulesAreNotSeen) {
    EXPECT_EQ(operate({"schedule", "a", "demo:a", "--cron", "* * * * *"}).code, 0);
    auto shop = with();
    shop["TASKIQ_STREAM_PREFIX"] = "shop";
    EXPECT_EQ(run_service(shop, {"tasks", "schedules", "--json"}).output, "{\"schedules\":[]}\n");
    EXPECT_EQ(listed().size(), 1u);
}

TEST_F(Schedule, AQueueThatIsNamedHasItsOwn) {
    EXPECT_EQ(operate({"--queue", "shop", "schedule", "a", "demo:a", "--every", "60"}).code, 0);
    EXPECT_TRUE(listed().empty());
    EXPECT_THAT(operate({"schedules", "--queue", "shop"}).output, HasSubstr("\"id\":\"a\""));
    auto shop = with();
    shop["TASKIQ_STREAM_PREFIX"] = "shop";
    EXPECT_THAT(run_service(shop, {"tasks", "schedules", "--json"}).output,
                HasSubstr("\"id\":\"a\""));
    EXPECT_EQ(operate({"--queue", "shop", "unschedule", "a"}).code, 0);
    const auto refused = operate({"--queue", "a b", "schedules"});
    EXPECT_EQ(refused.code, 64);
    EXPECT_THAT(refused.errors, HasSubstr("a queue's name must"));
}

TEST_F(Schedule, AMomentIsSentOnce) {
    const auto added = operate({"schedule", "a", "demo:a", "--at", "2031-02-03T04:05:06+02:00"});
    EXPECT_EQ(added.code, 0) << added.errors;
    ASSERT_EQ(listed().size(), 1u);
    EXPECT_EQ(listed()[0].at("next"), "2031-02-03T02:05:06Z");
    for (const auto* wrong : {"tomorrow", "25:00", "2031-02-30T00:00"}) {
        const auto refused = operate({"schedule", "b", "demo:b", "--at", wrong});
        EXPECT_EQ(refused.code, 64) << wrong;
        EXPECT_THAT(refused.errors, HasSubstr("is no moment"));
    }
    EXPECT_EQ(operate({"schedule", "b", "demo:b", "--at", "2031-02-03", "--every", "5"}).code, 64);
    running_service one(with(), "schedule");
    ASSERT_TRUE(one.ready()) << one.errors();
    const auto soon = fmt::format("{:%Y-%m-%dT%H:%M:%S}", fmt::gmtime(std::time(nullptr) + 2));
    EXPECT_EQ(operate({"schedule", "c", "demo:c", "--at", soon}).code, 0);
    EXPECT_TRUE(sent(1));
    EXPECT_EQ(listed().size(), 1u);  // the other one is over
}

TEST_F(Schedule, WithoutARedisOrWithOneThatEvictsThereIsNothingToSend) {
    const auto refused = run_service({}, {"schedule"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_THAT(refused.errors, HasSubstr("TASKIQ_REDIS_URL"));
    const private_redis evicts({{"maxmemory-policy", "allkeys-lru"}});
    const auto unfit = run_service({{"TASKIQ_REDIS_URL", evicts.url()}}, {"schedule"});
    EXPECT_EQ(unfit.code, 78) << unfit.errors;
    EXPECT_THAT(unfit.errors, HasSubstr("set it to noeviction"));
}

TEST_F(Schedule, ARedisThatIsAwayIsWaitedForAndThen75) {
    const auto away = run_service({{"TASKIQ_REDIS_URL", "redis://127.0.0.1:1"},
                                   {"HEADROOM_START_TIMEOUT", "1s"}},
                                  {"schedule"});
    EXPECT_EQ(away.code, 75) << away.errors;
}

// ---- the nightly expiry of API keys ----

class KeyExpiry : public Schedule {
protected:
    void SetUp() override { database.migrate(); }

    variables all(const std::string& lifetime) const {
        auto made = database.addresses();
        made["REDIS_URL"] = redis.url();
        made["HEADROOM_API_KEY_LIFETIME"] = lifetime;
        return made;
    }
    std::string rows(const std::string& query) {
        return database.server().value(query, database.name());
    }
    static std::string text(const running_service::answer& of, const char* field) {
        return std::string(boost::json::parse(of.body).at(field).as_string());
    }
    /// An agent of a tenant, with so many keys that the read model shows.
    static std::string make_agent(const running_service& on, const std::string& tenant, int keys) {
        const auto agents = "/v1/tenants/" + tenant + "/agents";
        const auto made = on.post(agents, R"({"agent_type":"builder","display_name":"R"})");
        const auto agent = text(made, "agent_id");
        for (int i = 0; i < keys; ++i) {
            const auto key = on.send("POST", agents + "/" + agent + "/keys", "{}",
                                     "Prefer: wait\r\n");
            EXPECT_EQ(key.status, 201u) << key.body;
        }
        return agents + "/" + agent;
    }
    /// As if nobody had been there for two nights.
    void miss_a_night() const {
        const auto two_days_ago = std::chrono::duration_cast<std::chrono::seconds>(
            (std::chrono::system_clock::now() - 48h).time_since_epoch());
        ask({"SET", std::string("schedule:slot:") + expiry,
             fmt::format("{} cron 30 3 * * * UTC", two_days_ago.count())});
    }

    served_database database;
};

TEST_F(KeyExpiry, IsAScheduleOfTheServicesOwn) {
    {
        running_service one(all("24h"), "schedule");
        ASSERT_TRUE(one.ready()) << one.errors();
        ASSERT_EQ(listed().size(), 1u);
        EXPECT_EQ(listed()[0].at("id"), expiry);
        EXPECT_EQ(listed()[0].at("when"), "cron 30 3 * * * UTC");
        const std::string next(listed()[0].at("next").as_string());
        EXPECT_THAT(next, HasSubstr("T03:30:00"));
    }
    running_service without(all("0"), "schedule");
    ASSERT_TRUE(without.ready()) << without.errors();
    EXPECT_TRUE(listed().empty());
}

TEST_F(KeyExpiry, OldKeysOfEveryTenantAreRevokedByAnEventEach) {
    running_service serve(all("1s"));
    ASSERT_TRUE(serve.ready()) << serve.errors();
    serve.make_tenant("acme");
    serve.make_tenant("other");
    const auto robot = make_agent(serve, "acme", 2);
    make_agent(serve, "other", 1);
    ASSERT_TRUE(eventually([&] {
        return rows("select count(*) from agent_api_key_registry "
                    "where created_at < now() - interval '1 second'") == "3";
    }));
    {
        running_service once(all("1s"), "schedule");
        ASSERT_TRUE(once.ready()) << once.errors();
    }
    miss_a_night();
    running_service work(all("1s"), "work"), schedule(all("1s"), "schedule");
    ASSERT_TRUE(work.ready()) << work.errors();
    ASSERT_TRUE(schedule.ready()) << schedule.errors();
    EXPECT_TRUE(eventually([&] {
        return rows("select count(*) from agent_api_key_registry where status = 'revoked'") == "3";
    })) << work.errors() << schedule.errors();
    EXPECT_EQ(rows("select count(*) from headroom_events "
                   "where topic = 'identity:Agent.APIKeyExpired'"), "3");
    EXPECT_THAT(serve.get(robot).body, Not(HasSubstr("\"active\"}")));
    EXPECT_THAT(ask({"XINFO", "STREAM", "taskiq"}), HasSubstr("entries-added\n1\n"));
    EXPECT_THAT(std::string(listed()[0].at("last").as_string()), HasSubstr("T03:30:00"));
}

TEST_F(KeyExpiry, YoungKeysStay) {
    running_service serve(all("24h"));
    ASSERT_TRUE(serve.ready()) << serve.errors();
    serve.make_tenant("acme");
    make_agent(serve, "acme", 1);
    {
        running_service once(all("24h"), "schedule");
        ASSERT_TRUE(once.ready()) << once.errors();
    }
    miss_a_night();
    running_service work(all("24h"), "work"), schedule(all("24h"), "schedule");
    ASSERT_TRUE(work.ready()) << work.errors();
    EXPECT_TRUE(eventually([&] { return work.errors().contains("keys expired"); }))
        << work.errors();
    EXPECT_EQ(rows("select status from agent_api_key_registry"), "active");
}

}  // namespace
}  // namespace headroom::service
