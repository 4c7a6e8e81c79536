// What millions of tasks leave behind: in Redis, and in the process that sends and runs them.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <unistd.h>

#include <cstdlib>

#include "headroom/tasks/producer.hpp"
#include "headroom/tasks/worker.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace headroom::tasks {
namespace {

using namespace std::chrono_literals;

constexpr double mebibyte = 1 << 20;
constexpr unsigned write_tasks = 1'000, backlog_max = 20'000, looks = 10;
constexpr double redis_growth_max = 4, process_growth_max = 32;  // MiB, after the first look

/// HEADROOM_TASKS=10000000 for the long run.
std::uint64_t tasks_in_all() {
    const char* wanted = std::getenv("HEADROOM_TASKS");
    return wanted != nullptr ? std::strtoull(wanted, nullptr, 10) : 200'000;
}

deadline in_time() { return deadline::after(60s); }

/// MiB.
struct footprint {
    double redis = 0, process = 0;
};

class TaskMemory : public ::testing::Test {
protected:
    testing::private_redis server;
    budget::ledger ledger{"redis", 8};
    redis::door door{redis::parse_connect_info("unix://" + server.socket_file()).value()};
    testing::test_reactor home;
    redis::mux mux{home, ledger.open({"tasks.mux", 1, 1}).value(), door, {}};
    std::uint64_t sent = 0, ran = 0;

    TaskMemory() { mux.start(); }
    void TearDown() override {
        home.run_blocking([&] { return mux.stop(in_time()); });
        home.stop();
    }

    footprint look() const {
        const auto said = server.ask({"INFO", "memory"});
        const auto pages = testing::read_file("/proc/self/statm");
        const auto used = std::strtod(said.c_str() + said.find("used_memory:") + 12, nullptr);
        const auto resident = std::strtod(pages.c_str() + pages.find(' '), nullptr);
        return {used / mebibyte, resident * static_cast<double>(::getpagesize()) / mebibyte};
    }
    std::unique_ptr<worker> made() {
        handlers all;
        all.handle<int>("memory:noop", {"n"}, [this](task_context&, int) -> task<void> {
            ++ran;
            co_return;
        });
        worker_terms with;
        with.concurrency = 200;
        with.results.reset();
        return std::make_unique<worker>(
            worker_ground{.io = home,
                          .handlers = home,
                          .mux = mux,
                          .door = door,
                          .reader = ledger.open({"tasks.reader", 1, 1}).value()},
            std::move(all), std::move(with));
    }
    /// While they run, never more than backlog_max behind.
    task<void> send_and_run(std::uint64_t count, const worker& by) {
        producer to(mux, {.cap = 2 * backlog_max});
        for (const auto until = sent + count; sent < until; sent += write_tasks) {
            while (sent - ran > backlog_max - write_tasks)
                co_await sleep_until(deadline::after(1ms));
            std::vector<task_message> many(write_tasks);
            for (auto& each : many)
                each = {producer::new_task_id(), "memory:noop", {}, {value(1)}, {}};
            EXPECT_TRUE(co_await to.enqueue_all(std::move(many), "", in_time()));
        }
        while (by.figures().done < sent) co_await sleep_until(deadline::after(1ms));
    }
};

TEST_F(TaskMemory, IsFlatAfterTheFirstTenthOfAllTasks) {
    const auto in_all = tasks_in_all();
    std::vector<footprint> seen;
    const auto work = made();
    work->start(in_time());
    const auto begun = std::chrono::steady_clock::now();
    for (unsigned i = 0; i < looks; ++i) {
        testing::run_on(home, [&] { return send_and_run(in_all / looks, *work); }, 10min);
        seen.push_back(look());
        RecordProperty(fmt::format("mib_at_{}", sent),
                       fmt::format("{:.1f}+{:.1f}", seen.back().redis, seen.back().process));
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begun;
    work->stop(in_time());
    RecordProperty("tasks_per_s", fmt::format("{:.0f}", static_cast<double>(ran) / took.count()));
    EXPECT_EQ(ran, sent);
    for (const auto& each : seen) {
        EXPECT_LT(each.redis - seen.front().redis, redis_growth_max);
        EXPECT_LT(each.process - seen.front().process, process_growth_max);
    }
}

}  // namespace
}  // namespace headroom::tasks
