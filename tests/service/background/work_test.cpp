// `work`: tasks that commands ask for, run by a process of their own.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/temp_directory.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::eventually;
using testing::private_redis;

constexpr char ada[] = R"({"issuer":"https://id.example","subject":"s-1",)"
                       R"("email":"ada@example.org","name":"Ada"})";

class Work : public ::testing::Test {
protected:
    void SetUp() override { database.migrate(); }

    variables with() const {
        auto all = database.addresses();
        all["REDIS_URL"] = redis.url();
        all["HEADROOM_MAIL_DIRECTORY"] = mails.path();
        return all;
    }
    /// Clients of that program, by the names of their connections.
    std::size_t clients(const std::string& role, const std::string& consumer = "") const {
        const auto list = redis.ask({"CLIENT", "LIST"});
        std::size_t count = 0;
        for (std::size_t at = 0; (at = list.find("name=", at)) != list.npos; ++at) {
            const auto name = list.substr(at, list.find(' ', at) - at);
            const bool is_ours = name.contains("/" + role + "/");
            count += is_ours && name.ends_with(consumer);
        }
        return count;
    }
    std::string rows(const std::string& query) {
        return database.server().value(query, database.name());
    }
    std::size_t mail_count() const {
        const std::filesystem::directory_iterator all(mails.path());
        return static_cast<std::size_t>(std::distance(begin(all), end(all)));
    }

    served_database database;
    private_redis redis;
    testing::temp_directory mails;
};

TEST_F(Work, ANewUserIsWelcomedOnce) {
    running_service serve(with());
    ASSERT_TRUE(serve.ready()) << serve.errors();
    serve.make_tenant("acme");
    ASSERT_LT(serve.post("/v1/tenants/acme/users", ada).status, 300u);
    ASSERT_LT(serve.post("/v1/tenants/acme/users", ada).status, 300u);
    EXPECT_EQ(rows("select count(*) from headroom_task_outbox"), "1");  // nobody works yet
    running_service work(with(), "work");
    ASSERT_TRUE(work.ready()) << work.errors();
    ASSERT_TRUE(eventually([&] { return mail_count() == 1; })) << work.errors();
    EXPECT_TRUE(
        eventually([&] { return rows("select count(*) from headroom_task_outbox") == "0"; }));
    std::ifstream mail(std::filesystem::directory_iterator(mails.path())->path());
    const std::string text(std::istreambuf_iterator<char>(mail), {});
    EXPECT_THAT(text, HasSubstr("To: ada@example.org\r\n"));
    EXPECT_THAT(text, HasSubstr("Welcome, Ada."));
}

TEST_F(Work, ATaskStandsInTheTraceOfTheRequestThatAskedForIt) {
    running_service serve(with());
    ASSERT_TRUE(serve.ready()) << serve.errors();
    serve.make_tenant("acme");
    const auto made = serve.send(
        "POST", "/v1/tenants/acme/users", ada,
        "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n");
    ASSERT_LT(made.status, 300u) << made.body;
    EXPECT_THAT(rows("select message from headroom_task_outbox"),
                HasSubstr("00-0af7651916cd43dd8448eb211c80319c-"));
}

TEST_F(Work, ADecommissionedTenantsDataGo) {
    running_service serve(with());
    ASSERT_TRUE(serve.ready()) << serve.errors();
    running_service work(with(), "work");
    ASSERT_TRUE(work.ready()) << work.errors();
    for (const auto* tenant : {"acme", "other"}) {
        serve.make_tenant(tenant);
        const auto path = fmt::format("/v1/tenants/{}/configuration/a", tenant);
        ASSERT_EQ(serve.put(path, R"({"type":"integer","value":1})").status, 200u);
    }
    ASSERT_LT(serve.post("/v1/tenants/acme/users", ada).status, 300u);
    ASSERT_LT(serve.post("/v1/tenants/acme/decommission", R"({"reason":"over"})").status, 300u);
    EXPECT_TRUE(eventually([&] {
        return rows("select count(*) from user_profile") == "0" &&
               rows("select string_agg(tenant_id, ' ') from tenant_configuration") == "other";
    })) << work.errors();
    EXPECT_TRUE(eventually([&] {
        return rows("select count(*) from headroom_events where topic like '%DataDeleted'") == "3";
    }));
}

TEST_F(Work, HoldsThreeConnectionsAndServeNoneForIt) {
    running_service serve(with()), work(with(), "work");
    ASSERT_TRUE(serve.ready()) << serve.errors();
    ASSERT_TRUE(work.ready()) << work.errors();
    EXPECT_EQ(clients("serve"), 1u);
    EXPECT_EQ(clients("work"), 3u) << redis.ask({"CLIENT", "LIST"});
    for (const auto* each : {"/persistence.redis_shared", "/persistence.redis_push",
                             "/tasks.reader"})
        EXPECT_EQ(clients("work", each), 1u) << each;
    for (const auto& each : work.get_json("/budget").at("resources").as_array())
        if (each.at("name") == "redis") EXPECT_EQ(each.at("held").to_number<int>(), 3);
    work.process().signal(SIGTERM);
    const auto ended = work.process().wait();
    ASSERT_TRUE(ended);
    EXPECT_EQ(ended->code, 0) << work.errors();
    EXPECT_TRUE(eventually([&] { return clients("work") == 0; }));
}

TEST_F(Work, TheCachesDatabaseMayBeEmptiedWithoutLosingATask) {
    running_service serve(with());
    ASSERT_TRUE(serve.ready()) << serve.errors();
    serve.make_tenant("acme");
    {
        running_service work(with(), "work");
        ASSERT_TRUE(work.ready()) << work.errors();
        EXPECT_EQ(redis.ask({"-n", "1", "EXISTS", "taskiq"}), "1\n");
        EXPECT_EQ(redis.ask({"EXISTS", "taskiq"}), "0\n");
        redis.ask({"FLUSHDB"});
        ASSERT_LT(serve.post("/v1/tenants/acme/users", ada).status, 300u);
        EXPECT_TRUE(eventually([&] { return mail_count() == 1; })) << work.errors();
    }
}

TEST_F(Work, AServerThatEvictsTasksIsRefusedWithTheRemedy) {
    const private_redis evicts({{"maxmemory-policy", "allkeys-lru"}});
    auto all = with();
    all["TASKIQ_REDIS_URL"] = evicts.url(1);
    const auto refused = run_service(all, {"work"});
    EXPECT_EQ(refused.code, 78) << refused.errors;
    EXPECT_THAT(refused.errors, HasSubstr("maxmemory-policy is allkeys-lru"));
    EXPECT_THAT(refused.errors, HasSubstr("set it to noeviction"));
}

TEST_F(Work, AServerWithOneDatabaseIsSharedUnderNamesOfTheSystem) {
    const private_redis single({{"databases", "1"}});
    auto all = with();
    all["REDIS_URL"] = single.url();
    all["HEADROOM_SYSTEM"] = "shop";
    running_service serve(all), work(all, "work"), schedule(all, "schedule");
    ASSERT_TRUE(serve.ready()) << serve.errors();
    ASSERT_TRUE(work.ready()) << work.errors();
    ASSERT_TRUE(schedule.ready()) << schedule.errors();
    for (const auto* each : {&work, &schedule})
        EXPECT_THAT(each->errors(), HasSubstr("the tasks share the database of REDIS_URL"));
    EXPECT_EQ(single.ask({"EXISTS", "shop:taskiq", "taskiq"}), "1\n");
    serve.make_tenant("acme");
    ASSERT_LT(serve.post("/v1/tenants/acme/users", ada).status, 300u);
    EXPECT_TRUE(eventually([&] { return mail_count() == 1; })) << work.errors();
    const auto said = run_service(all, {"tasks", "queues", "--json"});
    EXPECT_THAT(said.output, HasSubstr("\"name\":\"shop:taskiq\",\"paused\":false"));
    EXPECT_EQ(run_service(all, {"tasks", "schedule", "a", "demo:a", "--every", "60"}).code, 0);
    EXPECT_EQ(single.ask({"EXISTS", "{shop:taskiq}:schedule:data:a"}), "1\n");
}

TEST_F(Work, AnAccessListThatForbidsTheNextDatabaseIsTakenLikewise) {
    redis.ask({"ACL", "SETUSER", "app", "on", ">s3cret", "~*", "&*", "+@all", "-select"});
    auto all = with();
    all["REDIS_URL"] = fmt::format("redis://app:s3cret@127.0.0.1:{}", redis.port());
    running_service work(all, "work");
    ASSERT_TRUE(work.ready()) << work.errors();
    EXPECT_EQ(redis.ask({"EXISTS", "headroom:taskiq"}), "1\n");
    EXPECT_EQ(clients("work"), 3u);
}

TEST_F(Work, AClusterOfOneNodeIsTakenLikewise) {
    const private_redis cluster({{"cluster-enabled", "yes"},
                                 {"cluster-port", std::to_string(testing::free_port())}});
    cluster.ask({"CLUSTER", "ADDSLOTSRANGE", "0", "16383"});
    ASSERT_TRUE(eventually([&] {
        return cluster.ask({"CLUSTER", "INFO"}).contains("cluster_state:ok");
    }));
    auto all = with();
    all["REDIS_URL"] = cluster.url();
    running_service serve(all), work(all, "work"), schedule(all, "schedule");
    ASSERT_TRUE(serve.ready()) << serve.errors();
    ASSERT_TRUE(work.ready()) << work.errors();
    ASSERT_TRUE(schedule.ready()) << schedule.errors();
    serve.make_tenant("acme");
    ASSERT_LT(serve.post("/v1/tenants/acme/users", ada).status, 300u);
    EXPECT_TRUE(eventually([&] { return mail_count() == 1; })) << work.errors();
    EXPECT_EQ(run_service(all, {"tasks", "schedule", "a", "no:such", "--every", "60"}).code, 0);
    EXPECT_TRUE(eventually([&] {
        return run_service(all, {"tasks", "queues", "--json"}).output.contains("\"dead\":1");
    }, 20s)) << work.errors();
}

TEST_F(Work, NamesThatWereSaidAreKeptInASharedDatabaseAndAUrlIsTakenAtItsWord) {
    const private_redis single({{"databases", "1"}});
    auto all = with();
    all["REDIS_URL"] = single.url();
    all["TASKIQ_STREAM_PREFIX"] = "mine";
    running_service work(all, "work");
    EXPECT_TRUE(work.ready()) << work.errors();
    EXPECT_EQ(single.ask({"EXISTS", "mine"}), "1\n");
    all["TASKIQ_REDIS_URL"] = single.url(1);
    const auto refused = run_service(all, {"work"});
    EXPECT_EQ(refused.code, 78) << refused.errors;
    EXPECT_THAT(refused.errors, HasSubstr("out of range"));
}

TEST_F(Work, OneWorkerReadsSeveralQueuesOverTheSameThreeConnections) {
    auto all = with();
    all["HEADROOM_TASK_QUEUES"] = "urgent weight=4, taskiq concurrent=5";
    running_service serve(all), work(all, "work");
    ASSERT_TRUE(serve.ready()) << serve.errors();
    ASSERT_TRUE(work.ready()) << work.errors();
    serve.make_tenant("acme");
    ASSERT_LT(serve.post("/v1/tenants/acme/users", ada).status, 300u);
    EXPECT_TRUE(eventually([&] { return mail_count() == 1; })) << work.errors();
    constexpr char mail[] = R"({"task_id": "u", "task_name": "identity:welcome", "labels": {}, )"
                            R"("args": ["u-2", "u@example.org", "U"], "kwargs": {}})";
    redis.ask({"-n", "1", "XADD", "urgent", "*", "data", mail});
    EXPECT_TRUE(eventually([&] { return mail_count() == 2; })) << work.errors();
    // A row of the outbox goes to the queue it names.
    rows(fmt::format("insert into headroom_task_outbox (task_id, queue, message) "
                     "values ('u', 'urgent', '{}')", "{"));
    const auto said = [&] {
        return run_service(all, {"tasks", "--queue", "urgent", "queues", "--json"}).output;
    };
    EXPECT_TRUE(eventually([&] { return said().contains("\"dead\":1"); })) << said();
    const auto shown = boost::json::parse(run_service(all, {"tasks", "queues", "--json"}).output);
    EXPECT_EQ(shown.at("queues").at(0).at("name"), "taskiq");
    EXPECT_EQ(shown.at("queues").at(1).at("name"), "urgent");
    EXPECT_EQ(clients("work"), 3u);
}

TEST_F(Work, ALimitIsShownWithWhatItPutOff) {
    auto all = with();
    all["HEADROOM_TASK_LIMITS"] = "identity:welcome per_second=5, no:such concurrent=1";
    running_service serve(all), work(all, "work");
    ASSERT_TRUE(serve.ready()) << serve.errors();
    ASSERT_TRUE(work.ready()) << work.errors();
    EXPECT_THAT(work.errors(), HasSubstr("no such task here"));
    serve.make_tenant("acme");
    for (int i = 0; i < 6; ++i) {
        const auto body = fmt::format(R"({{"issuer":"https://id.example","subject":"s-{}",)"
                                      R"("email":"u{}@example.org","name":"U"}})", i, i);
        ASSERT_LT(serve.post("/v1/tenants/acme/users", body).status, 300u);
    }
    EXPECT_TRUE(eventually([&] { return mail_count() == 6; })) << work.errors();
    const auto shown = boost::json::parse(run_service(all, {"tasks", "queues", "--json"}).output);
    const auto& limit = shown.at("queues").at(0).at("limits").at(0);
    EXPECT_EQ(limit.at("task"), "identity:welcome");
    EXPECT_GE(limit.at("put_off").to_number<int>(), 1);
    EXPECT_THAT(run_service(all, {"tasks", "queues"}).output, HasSubstr("put off"));
}

/// The value of a series in an exposition; nothing when it is not there.
std::optional<double> series(const std::string& text, const std::string& name) {
    const auto at = text.find("\n" + name + " ");
    if (at == text.npos) return std::nullopt;
    return std::stod(text.substr(at + name.size() + 2));
}

TEST_F(Work, MetricsTellWhatBecameOfTasks) {
    running_service serve(with()), work(with(), "work");
    ASSERT_TRUE(serve.ready()) << serve.errors();
    ASSERT_TRUE(work.ready()) << work.errors();
    serve.make_tenant("acme");
    ASSERT_LT(serve.post("/v1/tenants/acme/users", ada).status, 300u);
    redis.ask({"-n", "1", "XADD", "taskiq", "*", "data", "{"});
    rows("insert into headroom_task_outbox (task_id, queue, message) values ('x', 'taskiq', '{')");
    const auto now = [&](const std::string& name) {
        return series(work.get("/metrics").body, name);
    };
    constexpr char good[] =
        R"(headroom_task_ended_total{outcome="succeeded",task="identity:welcome"})";
    EXPECT_TRUE(eventually([&] { return now(good) == 1; })) << work.get("/metrics").body;
    EXPECT_TRUE(eventually([&] {
        return now(R"(headroom_task_ended_total{outcome="dead",task="unknown"})") == 1;
    }));
    EXPECT_TRUE(eventually([&] {
        return now(R"(headroom_queue_tasks{queue="taskiq",state="dead"})") == 2 &&
               now("headroom_outbox_dead_total") == 1;
    }, 15s)) << work.get("/metrics").body;
    EXPECT_EQ(now(R"(headroom_task_duration_seconds_count{task="identity:welcome"})"), 1);
    EXPECT_EQ(now(R"(headroom_task_received_total{queue="taskiq"})"), 2);
    EXPECT_EQ(now(R"(headroom_task_ended_total{outcome="retried",task="tenancy:delete_data"})"), 0);
    for (const auto* each : {"headroom_task_in_hand", "headroom_outbox_waiting",
                             R"(headroom_queue_oldest_seconds{queue="taskiq"})"})
        EXPECT_TRUE(now(each)) << each;
}

TEST_F(Work, KilledWorkersBringEachTaskOnce) {
    constexpr int users = 40;
    auto all = with();
    all["HEADROOM_TASK_LEASE"] = "1s";
    running_service serve(all);
    ASSERT_TRUE(serve.ready()) << serve.errors();
    serve.make_tenant("acme");
    auto work = std::make_unique<running_service>(all, "work");
    for (int i = 0; i < users; ++i) {
        if (i % 8 == 0) ASSERT_TRUE(work->ready()) << work->errors();
        const auto body = fmt::format(R"({{"issuer":"https://id.example","subject":"s-{}",)"
                                      R"("email":"u{}@example.org","name":"U"}})", i, i);
        ASSERT_LT(serve.post("/v1/tenants/acme/users", body).status, 300u);
        if (i % 8 != 7) continue;
        work->process().signal(SIGKILL);
        work = std::make_unique<running_service>(all, "work");
    }
    EXPECT_TRUE(eventually([&] { return mail_count() == users; }, 30s)) << work->errors();
    EXPECT_TRUE(
        eventually([&] { return rows("select count(*) from headroom_task_outbox") == "0"; }));
    EXPECT_THAT(redis.ask({"-n", "1", "XINFO", "STREAM", "taskiq"}),
                HasSubstr(fmt::format("entries-added\n{}\n", users)));
}

TEST_F(Work, AnOperatorSeesAndSteersTheQueue) {
    const auto operate = [&](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "tasks");
        arguments.emplace_back("--json");
        return run_service(with(), std::move(arguments));
    };
    const auto facts = [&] {
        return boost::json::parse(operate({"queues"}).output).at("queues").at(0).as_object();
    };
    running_service work(with(), "work");
    ASSERT_TRUE(work.ready()) << work.errors();
    const auto paused = operate({"pause"});
    EXPECT_EQ(paused.code, 0) << paused.errors;
    EXPECT_TRUE(facts().at("paused").as_bool());
    EXPECT_TRUE(eventually([&] { return work.get("/healthz").body.contains("paused"); }));
    EXPECT_EQ(operate({"resume"}).code, 0);
    redis.ask({"-n", "1", "XADD", "taskiq", "*", "data", "{"});
    redis.ask({"-n", "1", "XADD", "taskiq", "*", "other", "x"});
    ASSERT_TRUE(eventually([&] { return facts().at("dead") == 2; }));
    const auto letters =
        boost::json::parse(operate({"inspect"}).output).at("dead_letters").as_array();
    ASSERT_EQ(letters.size(), 2u);
    EXPECT_EQ(letters[0].at("reason"), "unparsable");
    EXPECT_EQ(letters[1].at("reason"), "no_data");
    const std::string first(letters[0].at("id").as_string());
    EXPECT_EQ(operate({"requeue", first}).code, 0);  // and it is given up again
    EXPECT_EQ(operate({"requeue", first}).code, 78);
    ASSERT_TRUE(eventually([&] { return facts().at("dead") == 2; }));
    EXPECT_EQ(operate({"drop", "--all"}).output,
              "{\"done\":\"drop\",\"queue\":\"taskiq\",\"letters\":2}\n");
    EXPECT_EQ(operate({"drop", "first"}).code, 64);
    EXPECT_EQ(operate({"drop"}).code, 64);
    EXPECT_TRUE(eventually([&] { return clients("operate") == 0; }));
}

TEST_F(Work, AServerThatIsSilentEndsTheOperatorsWaitWithItsReason) {
    redis.freeze();
    const auto refused = run_service(with(), {"tasks", "queues"});
    redis.thaw();
    EXPECT_EQ(refused.code, 75) << refused.errors;
    EXPECT_THAT(refused.errors, HasSubstr("127.0.0.1"));
}

TEST_F(Work, WithoutARedisThereIsNothingToWorkOn) {
    const auto refused = run_service(database.addresses(), {"work"});
    EXPECT_EQ(refused.code, 78);
    EXPECT_THAT(refused.errors, HasSubstr("TASKIQ_REDIS_URL"));
    EXPECT_THAT(run_service(database.addresses(), {"plan", "--role", "work"}).output,
                Not(HasSubstr("tasks.reader")));
    EXPECT_THAT(run_service(with(), {"plan", "--role", "work"}).output, HasSubstr("tasks.reader"));
}

}  // namespace
}  // namespace headroom::service
