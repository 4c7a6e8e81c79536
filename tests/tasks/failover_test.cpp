// What a worker and a producer under load keep when their Redis dies.
#include <fmt/format.h>

#include <mutex>

#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/private_sentinel.hpp"
#include "tests/tasks/task_processes.hpp"

namespace headroom::tasks {
namespace {

using testing::private_redis;
using redis::command;

/// Callers who send one task after the other, and remember what was confirmed.
class ConfirmedTasks : public task_processes {
protected:
    static constexpr int callers = 4;
    static constexpr auto replica_ms_max = 500;

    /// Both at work.
    std::vector<child> two_workers() {
        std::vector<child> all;
        for (const auto* name : {"one", "other"}) all.push_back(spawn(name));
        EXPECT_TRUE(wait_for_tasks(2));
        return all;
    }
    static void all_run(const std::vector<child>& all) {
        for (const auto& each : all) EXPECT_TRUE(each->running()) << each->errors();
    }
    /// `replicas` that have to have a task before it counts as confirmed.
    void begin_to_send(int replicas) {
        for (running_ = 0; running_ < callers; ++running_)
            home.spawn([this, replicas] { return send_until_told(replicas); });
    }
    void end_sending() {
        ends_ = true;
        EXPECT_TRUE(eventually([&] { return running_ == 0; }, 30s));
    }
    std::size_t confirmed() {
        const std::lock_guard lock(mutex_);
        return confirmed_.size();
    }
    /// So many more than now.
    bool go_on(std::size_t more, std::chrono::milliseconds bound = 60s) {
        const auto enough = confirmed() + more;
        return eventually([&] { return confirmed() >= enough; }, bound);
    }
    void nothing_confirmed_is_lost() {
        EXPECT_TRUE(eventually([&] { return waiting() == 0; }, 60s)) << waiting();
        const auto missing = without_effect(confirmed_);
        EXPECT_THAT(missing, ::testing::IsEmpty()) << "of " << confirmed_.size();
        EXPECT_EQ(taken_effect(), effects());
        EXPECT_TRUE(letters().empty());
        RecordProperty("confirmed", std::to_string(confirmed_.size()));
        RecordProperty("unknown", std::to_string(unknown_));
    }

private:
    task<void> send_until_told(int replicas) {
        while (!ends_) {
            const int number = next_++;
            const bool sure = co_await is_sent(number, replicas);
            if (!sure) {
                ++unknown_;
                co_await sleep_until(deadline::after(5ms));
                continue;
            }
            const std::lock_guard lock(mutex_);
            confirmed_.push_back(number);
        }
        --running_;
    }
    /// The wait stands behind the task in one write, so it is of the connection that took the task.
    task<bool> is_sent(int number, int replicas) {
        const task_message what{producer::new_task_id(), replicas > 0 ? "proc:sure" : "proc:sleep",
                                {}, {value(number), value(1)}, {}};
        std::vector<command> unit;
        unit.emplace_back("XADD", "taskiq", "*", "data", write_message(what).value());
        if (replicas > 0) unit.emplace_back("WAIT", replicas, replica_ms_max);
        try {
            const auto said = co_await mux->run_unit(std::move(unit), deadline::after(3s));
            if (said[0].is_error()) co_return false;
            co_return replicas == 0 || said[1].number() >= replicas;
        } catch (const std::exception&) {
            co_return false;
        }
    }

    std::atomic<bool> ends_{false};
    std::atomic<int> next_{0}, running_{0}, unknown_{0};
    std::mutex mutex_;
    std::vector<int> confirmed_;  // guarded by mutex_
};

// ---- one server that keeps what it acknowledged ----

class RestartedRedis : public ConfirmedTasks {
protected:
    private_redis server{{{"appendonly", "yes"}, {"appendfsync", "always"}}};
    RestartedRedis() { work_on("unix://" + server.socket_file()); }
};

TEST_F(RestartedRedis, WithAnAppendOnlyFileNothingAcknowledgedIsLost) {
    const auto workers = two_workers();
    begin_to_send(0);
    for (int round = 0; round < 3; ++round) {
        EXPECT_TRUE(go_on(200));
        server.crash();
        server.stop();
        server.start();
    }
    EXPECT_TRUE(go_on(200));
    end_sending();
    nothing_confirmed_is_lost();
    all_run(workers);
}

// ---- a primary, its replica, and a sentinel ----

class TaskFailover : public ConfirmedTasks {
protected:
    static inline const std::map<std::string, std::string> at_once{
        {"repl-diskless-sync-delay", "0"}};

    private_redis primary{at_once}, replica{at_once};
    std::optional<testing::private_sentinel> sentinel;

    void SetUp() override {
        follow(replica, primary);
        sentinel.emplace("tasks", primary.port());
        ASSERT_TRUE(eventually([&] {
            return sentinel->ask({"SENTINEL", "REPLICAS", "tasks"}).contains("slave-repl-offset");
        }));
        work_on(fmt::format("redis+sentinel://127.0.0.1:{}/tasks", sentinel->port()));
    }
    static void follow(const private_redis& which, const private_redis& of) {
        which.ask({"REPLICAOF", "127.0.0.1", std::to_string(of.port())});
        EXPECT_TRUE(eventually([&] {
            return which.ask({"INFO", "replication"}).contains("master_link_status:up");
        }));
    }
    bool replica_is_primary() const {
        return eventually([&] { return replica.ask({"ROLE"}).starts_with("master"); }, 30s);
    }
    /// Before and after it, both with a replica that has to have each task.
    void goes_on_after(const std::function<void()>& failure) {
        const auto workers = two_workers();
        begin_to_send(1);
        EXPECT_TRUE(go_on(300));
        failure();
        EXPECT_TRUE(go_on(300));
        end_sending();
        nothing_confirmed_is_lost();
        all_run(workers);
    }
};

TEST_F(TaskFailover, APrimaryThatIsKilledTakesNothingAlongThatItsReplicaHad) {
    goes_on_after([&] {
        primary.crash();
        EXPECT_TRUE(replica_is_primary());
        primary.stop();
        primary.start();
        follow(primary, replica);  // as the sentinel has it some seconds later
    });
}

TEST_F(TaskFailover, APrimaryThatFreezesAndComesBackConfirmsNothingMore) {
    goes_on_after([&] {
        primary.freeze();
        EXPECT_TRUE(replica_is_primary());
        primary.thaw();  // it still believes that it is the primary
        pass(100ms);
        follow(primary, replica);
    });
}

}  // namespace
}  // namespace headroom::tasks
