#include <fmt/format.h>
#include <gmock/gmock.h>
#include <signal.h>

#include <algorithm>
#include <random>
#include <set>

#include "headroom/tasks/producer.hpp"
#include "headroom/tasks/queue_control.hpp"
#include "headroom/tasks/result_store.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::tasks {
namespace {

using namespace std::chrono_literals;
using testing::eventually;
using testing::soon;

/// HEADROOM_KILLS=200 for the long run.
int kills() {
    const char* wanted = std::getenv("HEADROOM_KILLS");
    return wanted != nullptr ? std::atoi(wanted) : 30;
}

/// Workers that are programs of their own, and a producer in this one.
class TaskProcesses : public ::testing::Test {
protected:
    using child = std::unique_ptr<testing::child_process>;

    testing::private_redis server{{{"appendonly", "yes"}, {"appendfsync", "always"}}};
    budget::ledger ledger{"redis", 8};
    redis::door door{redis::parse_connect_info("unix://" + server.socket_file()).value()};
    testing::test_reactor home;
    redis::mux mux{home, ledger.open({"tasks.mux", 1, 1}).value(), door, {}};
    std::mt19937 random{7};

    TaskProcesses() { mux.start(); }
    ~TaskProcesses() override {
        home.run_blocking([&] { return mux.stop(soon()); });
        home.stop();
    }

    child spawn(const std::string& name, int concurrency = 4, int lease_ms = 700) const {
        testing::program what;
        what.arguments = {HEADROOM_TASK_WORKER, server.socket_file(), name,
                          std::to_string(concurrency), std::to_string(lease_ms)};
        return std::make_unique<testing::child_process>(what);
    }
    template <class... Arguments>
    std::string send(const std::string& name, Arguments... arguments) {
        std::string id;
        home.run_blocking([&]() -> task<void> {
            producer to(mux, {});
            const auto sent = co_await to.enqueue(name, std::tuple(arguments...), {}, soon());
            id = sent.value().task_id;
        });
        return id;
    }
    std::int64_t number(redis::command what) {
        std::int64_t found = 0;
        home.run_blocking([&]() -> task<void> {
            const auto said = co_await mux.run(std::move(what), soon(), redis::sending::repeatable);
            found = said.number();
        });
        return found;
    }
    std::int64_t effects() { return number(redis::command("SCARD", "effects")); }
    std::int64_t waiting() { return number(redis::command("XLEN", "taskiq")); }
    std::string text(redis::command what) {
        std::string found;
        home.run_blocking([&]() -> task<void> {
            const auto said = co_await mux.run(std::move(what), soon(), redis::sending::repeatable);
            if (!said.is_nothing()) found = said.text();
        });
        return found;
    }
    /// Executions of a task.
    std::int64_t runs(int n) {
        const auto said = text(redis::command("GET", "runs:" + std::to_string(n)));
        return said.empty() ? 0 : std::stoll(said);
    }
    /// Entries in the hands of a worker of that name.
    std::int64_t held_by(const std::string& name) {
        return number(redis::command(
            "EVAL",
            "local rows = redis.pcall('XPENDING', 'taskiq', 'taskiq', '-', '+', 100) local n = 0 "
            "for _, row in ipairs(rows.err and {} or rows) do "
            "if string.find(row[2], ARGV[1], 1, true) then n = n + 1 end end return n",
            0, "hr:" + name + "-"));
    }
    std::vector<dead_letter> letters() {
        std::vector<dead_letter> found;
        home.run_blocking([&]() -> task<void> {
            queue_control control(mux, "taskiq");
            found = co_await control.dead_letters({}, 100, soon());
        });
        return found;
    }
    void pass(std::chrono::milliseconds time) const {
        eventually([] { return false; }, time);
    }
};

TEST_F(TaskProcesses, KilledAtRandomLoseNothing) {
    std::vector<child> workers;
    for (int i = 0; i < 3; ++i) workers.push_back(spawn("w" + std::to_string(i)));
    std::uniform_int_distribution<int> moment(0, 120), which(0, 2), length(0, 40);
    int sent = 0;
    for (int i = 0; i < kills(); ++i) {
        for (int more = 0; more < 20; ++more) (void)send("proc:sleep", sent++, length(random));
        pass(std::chrono::milliseconds(moment(random)));
        auto& victim = workers[static_cast<std::size_t>(which(random))];
        victim->signal(SIGKILL);
        victim = spawn("w");
    }
    EXPECT_TRUE(eventually([&] { return waiting() == 0; }, 60s)) << waiting() << " of " << sent;
    EXPECT_EQ(effects(), sent);
    int again = 0;
    for (int n = 0; n < sent; ++n) again += static_cast<int>(runs(n) - 1);
    // Only what ran at a kill may run twice: four places a worker.
    EXPECT_LE(again, 4 * kills());
    EXPECT_TRUE(letters().empty());
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
        const auto said = co_await mux.run(redis::command("LRANGE", "trace", 0, -1), soon());
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
