// tests/tasks/task_processes.hpp: workers that are programs of their own, and a producer here.
#pragma once
#include <gmock/gmock.h>
#include <signal.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headroom/tasks/producer.hpp"
#include "headroom/tasks/queue_control.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/soon.hpp"

namespace headroom::tasks {

using namespace std::chrono_literals;
using testing::eventually;
using testing::soon;

class task_processes : public ::testing::Test {
protected:
    using child = std::unique_ptr<testing::child_process>;

    /// The server, or the sentinels, on which everything below works.
    void work_on(std::string url);
    void TearDown() override;

    /// `postgres`: where it relays an outbox from; empty: nowhere.
    child spawn(const std::string& name, int concurrency = 4, int lease_ms = 700,
                const std::string& postgres = "") const;
    template <class... Arguments>
    std::string send(const std::string& name, Arguments... arguments) {
        std::string id;
        home.run_blocking([&]() -> task<void> {
            producer to(*mux, {});
            const auto sent = co_await to.enqueue(name, std::tuple(arguments...), {}, soon());
            id = sent.value().task_id;
        });
        return id;
    }

    std::int64_t number(redis::command what);
    /// Empty when there is nothing.
    std::string text(redis::command what);
    std::int64_t effects() { return number(redis::command("SCARD", "effects")); }
    /// As often as a task had its effect: the second time it finds its number in `effects`.
    std::int64_t taken_effect() { return counted("taken_effect"); }
    /// Executions of all tasks.
    std::int64_t begun() { return counted("begun"); }
    /// Of these tasks, by their numbers, those without an effect.
    std::vector<int> without_effect(const std::vector<int>& all);
    std::int64_t waiting() { return number(redis::command("XLEN", "taskiq")); }
    /// Entries in the hands of a worker of that name.
    std::int64_t held_by(const std::string& name);
    /// So many workers wait for tasks.
    bool wait_for_tasks(int workers);
    std::vector<dead_letter> letters();

    static void pass(std::chrono::milliseconds time) {
        eventually([] { return false; }, time);
    }

    budget::ledger ledger{"redis", 8};
    std::optional<redis::door> door;
    testing::test_reactor home;
    std::optional<redis::mux> mux;

private:
    std::int64_t counted(const std::string& key) {
        const auto said = text(redis::command("GET", key));
        return said.empty() ? 0 : std::stoll(said);
    }

    std::string url_;
};

}  // namespace headroom::tasks
