// Connections to Redis of a whole deployment that works on tasks, as the server counts them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <sys/stat.h>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/temp_directory.hpp"
#include "tests/service/service_fixture.hpp"

namespace headroom::service {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::private_redis;

class TaskConnections : public ::testing::Test {
protected:
    using running = std::unique_ptr<running_service>;

    void SetUp() override {
        database.migrate();
        // A mail's file that nobody reads: who writes one does not come back.
        ASSERT_EQ(::mkfifo(mails.file("welcome-u.eml.part").c_str(), 0600), 0);
    }
    variables with() const {
        auto all = database.addresses();
        all["REDIS_URL"] = redis.url();
        all["HEADROOM_MAIL_DIRECTORY"] = mails.path();
        all["HEADROOM_TASK_CONCURRENCY"] = "1000";
        return all;
    }
    running start(const std::string& role) const {
        return std::make_unique<running_service>(with(), role);
    }
    static void is_ready(const running& which) {
        ASSERT_TRUE(which->ready(60s)) << which->errors();
    }
    /// Welcomes that do not end.
    void send(int count) const {
        redis.ask({"-n", "1", "EVAL",
                   "for i = 1, tonumber(ARGV[1]) do redis.call('XADD', KEYS[1], '*', 'data', "
                   "'{\"task_id\": \"' .. i .. '\", \"task_name\": \"identity:welcome\", "
                   "\"labels\": {}, \"args\": [\"u\", \"u@example.org\", \"U\"], "
                   "\"kwargs\": {}}') end",
                   "1", "taskiq", std::to_string(count)});
    }
    bool in_flight(int count) const {
        return eventually(
            [&] {
                return redis.ask({"-n", "1", "XPENDING", "taskiq", "taskiq"})
                    .starts_with(fmt::format("{}\n", count));
            },
            60s);
    }
    /// Names of connections as CLIENT LIST shows them, our own look left out.
    std::vector<std::string> connections() const {
        std::vector<std::string> names;
        const auto list = redis.ask({"CLIENT", "LIST"});
        for (std::size_t at = 0; (at = list.find(" name=", at)) != list.npos; at += 6) {
            auto name = list.substr(at + 6, list.find(' ', at + 6) - at - 6);
            if (!name.empty()) names.push_back(std::move(name));
        }
        return names;
    }
    std::vector<std::string> consumers_of(const std::string& role) const {
        std::vector<std::string> found;
        for (const auto& each : connections())
            if (each.contains("/" + role + "/")) found.push_back(each.substr(each.rfind('/') + 1));
        return found;
    }
    /// What `headroom-service plan` says one process of the role keeps open.
    std::int64_t planned(const std::string& role) const {
        const auto said = run_service(with(), {"plan", "--role", role, "--format", "json"});
        EXPECT_EQ(said.code, 0) << said.errors;
        std::int64_t floors = 0;
        const auto document = boost::json::parse(said.output);
        for (const auto& each : document.at("consumers").as_array())
            if (each.at("resource") == "redis" && each.at("phase") == "steady")
                floors += each.at("floor").to_number<int>();
        return floors;
    }

    served_database database;
    private_redis redis;
    testing::temp_directory mails;
};

TEST_F(TaskConnections, AreThreeOfAWorkerForOneTaskInFlightAndForAThousand) {
    const auto three = ::testing::UnorderedElementsAre("persistence.redis_shared",
                                                       "persistence.redis_push", "tasks.reader");
    const auto serve = start("serve"), work = start("work"), schedule = start("schedule");
    for (const auto* each : {&serve, &work, &schedule}) is_ready(*each);
    int sent = 0;
    for (const int more : {1, 999}) {
        send(more);
        ASSERT_TRUE(in_flight(sent += more)) << work->errors();
        EXPECT_THAT(consumers_of("work"), three) << sent;
        EXPECT_THAT(consumers_of("schedule"), ::testing::ElementsAre("persistence.redis_shared"));
        EXPECT_THAT(consumers_of("serve"), ::testing::ElementsAre("persistence.redis_shared"));
    }
}

TEST_F(TaskConnections, OfFourWorkersASchedulerAndFourApiProcessesAreThePlannedSeventeen) {
    const auto declared = 4 * planned("work") + planned("schedule") + 4 * planned("serve");
    EXPECT_EQ(declared, 17);
    std::vector<running> all;
    for (int i = 0; i < 4; ++i) all.push_back(start("work"));
    all.push_back(start("schedule"));
    for (int i = 0; i < 4; ++i) all.push_back(start("serve"));
    for (const auto& each : all) is_ready(each);
    EXPECT_EQ(connections().size(), 17u) << redis.ask({"CLIENT", "LIST"});
    send(1000);
    ASSERT_TRUE(in_flight(1000));
    EXPECT_EQ(connections().size(), 17u) << redis.ask({"CLIENT", "LIST"});
}

}  // namespace
}  // namespace headroom::service
