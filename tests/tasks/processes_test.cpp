#include <fmt/format.h>

#include <algorithm>
#include <random>
#include <set>

#include "headroom/tasks/outbox.hpp"
#include "headroom/tasks/schema.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/private_redis.hpp"
#include "tests/tasks/task_processes.hpp"

namespace headroom::tasks {
namespace {

/// HEADROOM_KILLS=1000 for the long run.
int kills() {
    const char* wanted = std::getenv("HEADROOM_KILLS");
    return wanted != nullptr ? std::atoi(wanted) : 20;
}

class TaskProcesses : public task_processes {
protected:
    testing::private_redis server{{{"appendonly", "yes"}, {"appendfsync", "always"}}};
    std::mt19937 random{7};

    TaskProcesses() { work_on("unix://" + server.socket_file()); }
};

/// Tasks sent at once, and tasks recorded in PostgreSQL, whose workers bring them themselves.
class KilledTaskProcesses : public TaskProcesses {
protected:
    static constexpr int workers_of_it = 3, places = 4, sent_a_kill = 10, recorded_a_kill = 10;

    testing::private_postgres postgres;
    std::vector<child> workers;
    int sent = 0, recorded = 0;

    void SetUp() override {
        postgres.create_role("headroom_app");
        postgres.sql(std::string(schema().text));
        for (int i = 0; i < workers_of_it; ++i) workers.push_back(spawn_one());
    }
    child spawn_one() const { return spawn("w", places, 700, postgres.url()); }
    int tasks() const { return sent + recorded; }
    void ask_for_tasks() {
        std::uniform_int_distribution<int> length(0, 40);
        for (int i = 0; i < sent_a_kill; ++i, ++sent)
            (void)send("proc:sleep", tasks(), length(random));
        std::string rows;
        for (int i = 0; i < recorded_a_kill; ++i, ++recorded) {
            const auto id = producer::new_task_id();
            const task_message what{
                id, "proc:sleep", {}, {value(tasks()), value(length(random))}, {}};
            rows += fmt::format("{}('{}', 'taskiq', '{}')", rows.empty() ? "" : ", ", id,
                                write_message(what).value());
        }
        postgres.sql("insert into headroom_task_outbox (task_id, queue, message) values " + rows);
    }
    void kill_one() {
        std::uniform_int_distribution<std::size_t> which(0, workers.size() - 1);
        auto& victim = workers[which(random)];
        victim->signal(SIGKILL);
        victim = spawn_one();
    }
    std::string rows() { return postgres.value("select count(*) from headroom_task_outbox"); }
    std::int64_t entries_added() {
        return number(redis::command("EVAL",
                                     "local facts = redis.call('XINFO', 'STREAM', KEYS[1]) "
                                     "for i = 1, #facts, 2 do if facts[i] == 'entries-added' then "
                                     "return facts[i + 1] end end",
                                     1, "taskiq"));
    }
};

TEST_F(KilledTaskProcesses, KilledAtRandomLoseNothingAndDoubleNoEffect) {
    std::uniform_int_distribution<int> moment(0, 120);
    for (int i = 0; i < kills(); ++i) {
        ask_for_tasks();
        pass(std::chrono::milliseconds(moment(random)));
        kill_one();
    }
    EXPECT_TRUE(eventually([&] { return rows() == "0" && waiting() == 0; },
                           60s + kills() * 200ms))
        << rows() << " recorded, " << waiting() << " waiting of " << tasks();
    const auto again = begun() - tasks();
    RecordProperty("kills", kills());
    RecordProperty("tasks", tasks());
    const auto given_up = static_cast<std::int64_t>(letters().size());
    const auto lost = std::max<std::int64_t>(0, tasks() - effects() - given_up);
    RecordProperty("lost", std::to_string(lost));
    RecordProperty("given_up", std::to_string(given_up));
    RecordProperty("effects_doubled", std::to_string(taken_effect() - effects()));
    RecordProperty("entries_doubled", std::to_string(entries_added() - tasks()));
    RecordProperty("run_again", std::to_string(again));
    // A task whose worker was killed five times in a row is a dead letter: not lost.
    EXPECT_EQ(lost, 0);
    EXPECT_EQ(taken_effect(), effects());
    EXPECT_EQ(entries_added(), tasks());
    EXPECT_GE(again, 0);
    EXPECT_LE(again, places * kills());  // only what ran at a kill may run twice
    for (const auto& each : letters()) EXPECT_EQ(each.reason, "over_delivered");
}

TEST_F(TaskProcesses, ATaskThatKillsItsWorkerEndsAsADeadLetterWhileOthersFlow) {
    auto worker = spawn("w", 4, 400);
    const auto id = send("proc:die");
    int sent = 0;
    EXPECT_TRUE(eventually(
        [&] {
            if (!worker->running()) worker = spawn("w", 4, 400);
            if (sent < 200) (void)send("proc:count", sent++);
            return !letters().empty();
        },
        60s));
    const auto found = letters();
    ASSERT_EQ(found.size(), 1u);
    EXPECT_EQ(found[0].task_id, id);
    EXPECT_EQ(found[0].reason, "over_delivered");
    EXPECT_EQ(found[0].deliveries, 6u);
    EXPECT_TRUE(eventually([&] { return effects() == sent && waiting() == 0; }, 20s));
}

TEST_F(TaskProcesses, AFrozenWorkersLateEndIsRefused) {
    auto frozen = spawn("frozen", 1, 600);
    const auto id = send("proc:sleep", 1, 300);
    ASSERT_TRUE(eventually([&] { return held_by("frozen") == 1; }));
    frozen->signal(SIGSTOP);
    auto other = spawn("other", 1, 600);
    ASSERT_TRUE(eventually([&] { return effects() == 1 && waiting() == 0; }, 20s));
    const auto result = text(redis::command("GET", id));
    EXPECT_FALSE(result.empty());
    number(redis::command("DEL", id));
    frozen->signal(SIGCONT);
    pass(1s);
    EXPECT_EQ(text(redis::command("GET", id)), "");  // it did not write a second one
    EXPECT_EQ(effects(), 1);
    EXPECT_EQ(waiting(), 0);
}

TEST_F(TaskProcesses, ToldToStopItGivesBackWithinASecond) {
    // Before the worker is there, so that one read brings both: one runs, one is beyond.
    for (int i = 0; i < 2; ++i) (void)send("proc:sleep", i, 60'000);
    auto first = spawn("first", 1, 20'000);
    ASSERT_TRUE(eventually([&] { return held_by("first") == 2; }));
    auto second = spawn("second", 4, 20'000);
    const auto begun = std::chrono::steady_clock::now();
    first->signal(SIGTERM);
    // One had not begun: the other worker has it while the first still lets its own run.
    EXPECT_TRUE(eventually([&] { return held_by("second") >= 1; }, 5s));
    EXPECT_LT(std::chrono::steady_clock::now() - begun, 1500ms);
    EXPECT_EQ(first->wait(20s), (testing::exit_status{0, 0}));
    EXPECT_TRUE(eventually([&] { return held_by("second") == 2; }, 5s));
}

/// The most that ran at a time, by what workers wrote down when they began and ended.
std::size_t most_at_a_time(const std::vector<std::string>& trace) {
    std::set<std::pair<std::string, std::string>> running;  // process, task
    std::size_t most = 0;
    for (const auto& line : trace) {
        const auto pid = line.substr(2, line.find(' ', 2) - 2), task = line.substr(3 + pid.size());
        if (line[0] == 'b') running.emplace(pid, task);
        if (line[0] == 'e') running.erase({pid, task});
        if (line[0] == 'k') std::erase_if(running, [&](const auto& on) { return on.first == pid; });
        most = std::max(most, running.size());
    }
    return most;
}

TEST_F(TaskProcesses, ALimitHoldsWhileWorkersAreKilledAndTheirSlotsComeBack) {
    constexpr int lease_ms = 2'000, tasks = 60;
    std::vector<child> workers;
    for (int i = 0; i < 3; ++i) workers.push_back(spawn("w", 4, lease_ms));
    for (int n = 0; n < tasks; ++n) (void)send("proc:two", n, 20);
    for (int killed = 0; killed < 4; ++killed) {
        pass(std::chrono::milliseconds(100 + 50 * killed));
        auto& victim = workers[static_cast<std::size_t>(killed) % workers.size()];
        const auto pid = std::to_string(victim->pid());
        victim->signal(SIGKILL);
        EXPECT_TRUE(victim->wait(20s));
        number(redis::command("RPUSH", "trace", "k " + pid + " 0"));
        victim = spawn("w", 4, lease_ms);
    }
    EXPECT_TRUE(eventually([&] { return effects() == tasks && waiting() == 0; }, 60s))
        << effects() << " of " << tasks;
    std::vector<std::string> trace;
    home.run_blocking([&]() -> task<void> {
        const auto said = co_await mux->run(redis::command("LRANGE", "trace", 0, -1), soon());
        for (const auto line : said) trace.emplace_back(line.text());
    });
    EXPECT_EQ(most_at_a_time(trace), 2u);
    EXPECT_TRUE(eventually([&] {
        return number(redis::command("EXISTS", "{taskiq}:slots:proc:two", "{taskiq}:d")) == 0;
    }, 20s));
    EXPECT_TRUE(letters().empty());
}

TEST_F(TaskProcesses, ARestartOfRedisLosesNothingAcknowledged) {
    auto worker = spawn("w", 4, 1'000);
    int sent = 0;
    for (; sent < 300; ++sent) (void)send("proc:sleep", sent, 5);
    server.stop();
    server.start();
    for (; sent < 600; ++sent) (void)send("proc:sleep", sent, 5);
    server.crash();
    server.stop();
    server.start();
    for (; sent < 700; ++sent) (void)send("proc:sleep", sent, 5);
    EXPECT_TRUE(eventually([&] { return effects() == sent && waiting() == 0; }, 60s))
        << effects() << " of " << sent << ", " << waiting() << " wait";
    EXPECT_TRUE(worker->running());
}

}  // namespace
}  // namespace headroom::tasks
