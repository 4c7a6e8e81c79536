// bench/tasks.cpp: what one worker and one producer carry, beside raw Redis and BullMQ in the same
// run.
//
//     bench_tasks [--json] [--rounds N] [--tasks N]
//
// A private Redis, on a unix socket. Every round measures each contestant once, in turn, so that a
// noisy machine is noisy for all; the figures are medians over the rounds. The server has one core
// and the producer and worker together the other, where there are two. A ratio is ours to raw
// Redis: of rates the more the better, of the latency the less.
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <thread>

#include "bench/arguments.hpp"
#include "bench/figures.hpp"
#include "bench/tasks_rivals.hpp"
#include "headroom/tasks/producer.hpp"
#include "headroom/tasks/worker.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/run.hpp"

namespace {

using namespace headroom;
using namespace headroom::tasks;
using wall = std::chrono::steady_clock;
using rounds = std::map<std::string, std::vector<double>>;  // a figure of each

constexpr unsigned in_flight = 64, write_tasks = 1'000, latency_samples = 2'000;
constexpr unsigned limited_part = 10;  // of the tasks

struct bench_settings {
    bool json = false;
    unsigned rounds = 3;
    unsigned tasks = 100'000;
};

deadline soon() { return deadline::after(std::chrono::seconds(60)); }

/// One process: its connection, and what it measures.
struct ground {
    explicit ground(const testing::private_redis& server)
        : door(redis::parse_connect_info("unix://" + server.socket_file()).value()),
          mux(home, ledger.open({"tasks.mux", 1, 1}).value(), door, {}) {
        mux.start();
    }
    ~ground() {
        home.run_blocking([&] { return mux.stop(soon()); });
        home.stop();
    }

    budget::ledger ledger{"redis", 8};
    testing::test_reactor home;
    redis::door door;
    redis::mux mux;
};

double rate(unsigned count, wall::time_point begun) {
    return count / std::chrono::duration<double>(wall::now() - begun).count();
}

task<void> forget_all(ground& on) {
    co_await on.mux.run(redis::command("FLUSHALL"), soon());
}

task<double> enqueue_many(ground& on, unsigned count) {
    producer to(on.mux, {.cap = 100'000'000});
    const auto begun = wall::now();
    for (unsigned sent = 0; sent < count; sent += write_tasks) {
        std::vector<task_message> many(write_tasks);
        for (auto& each : many) each = {producer::new_task_id(), "bench:noop", {}, {value(1)}, {}};
        if (!co_await to.enqueue_all(std::move(many), "", soon()))
            throw std::runtime_error("the queue is full");
    }
    co_return rate(count, begun);
}

/// By callers that each await their own.
task<double> enqueue_singly(ground& on, unsigned count) {
    producer to(on.mux, {.cap = 100'000'000});
    unsigned left = count, running = in_flight;
    const auto begun = wall::now();
    for (unsigned i = 0; i < in_flight; ++i)
        on.home.spawn([&]() -> task<void> {
            while (left > 0) {
                --left;
                (void)co_await to.enqueue("bench:noop", std::tuple(1), {}, soon());
            }
            --running;
        });
    while (running > 0) co_await sleep_until(deadline::after(std::chrono::milliseconds(1)));
    co_return rate(count, begun);
}

worker_terms terms(bool results) {
    worker_terms made;
    made.concurrency = 200;
    if (results)
        made.results->format = serializer::json;
    else
        made.results.reset();
    return made;
}

std::unique_ptr<worker> made(ground& on, handlers all, worker_terms with) {
    return std::make_unique<worker>(
        worker_ground{.io = on.home,
                      .handlers = on.home,
                      .mux = on.mux,
                      .door = on.door,
                      .reader = on.ledger.open({"tasks.reader", 1, 1}).value()},
        std::move(all), std::move(with));
}

/// Tasks a second that a worker runs and acknowledges, once all of them wait.
task<double> drain(ground& on, const testing::private_redis& server, unsigned count, bool results,
                   rounds& seen, run_limits limits = {}) {
    co_await forget_all(on);
    (void)co_await enqueue_many(on, count);
    handlers all;
    all.handle<int>("bench:noop", {"n"}, [](task_context&, int n) -> task<int> { co_return n; },
                    {.limits = limits});
    const auto work = made(on, std::move(all), terms(results));
    const auto begun = wall::now();
    co_await work->open(soon());
    while (work->figures().done < count)
        co_await sleep_until(deadline::after(std::chrono::milliseconds(1)));
    const auto found = rate(count, begun);
    seen["worker_connections"].push_back(bench::connections(server));
    co_await work->close(soon());
    co_return found;
}

/// Microseconds from the call of enqueue to the first line of the handler, one task at a time.
task<std::vector<double>> start_latency(ground& on) {
    co_await forget_all(on);
    std::vector<double> seen;
    handlers all;
    all.handle<std::int64_t>(
        "bench:now", {"t"}, [&](task_context&, std::int64_t sent) -> task<void> {
            const std::chrono::nanoseconds now = wall::now().time_since_epoch();
            seen.push_back(static_cast<double>(now.count() - sent) / 1000);
            co_return;
        });
    const auto work = made(on, std::move(all), terms(false));
    co_await work->open(soon());
    producer to(on.mux, {.cap = 100'000'000});
    for (unsigned i = 0; i < latency_samples; ++i) {
        const std::chrono::nanoseconds now = wall::now().time_since_epoch();
        (void)co_await to.enqueue("bench:now", std::tuple(std::int64_t{now.count()}), {}, soon());
        while (seen.size() <= i)
            co_await sleep_until(deadline::after(std::chrono::milliseconds(1)));
    }
    co_await work->close(soon());
    std::ranges::sort(seen);
    co_return seen;
}

bench_settings read(int argc, char** argv) {
    const auto more = [](bench_settings& with, std::string_view word, const char* value) {
        const int number = std::atoi(value);
        if (word == "--tasks" && number > 0) with.tasks = static_cast<unsigned>(number);
    };
    return bench::read_arguments(argc, argv, bench_settings(), more);
}

void measure_rivals(const testing::private_redis& server, unsigned count, rounds& seen) {
    seen["raw_xadd_redis_benchmark_per_s"].push_back(bench::raw_enqueue(server, count));
    seen["raw_drain_per_s"].push_back(bench::raw_drain(server, count, false));
    seen["raw_drain_result_per_s"].push_back(bench::raw_drain(server, count, true));
    seen["raw_start_latency_p50_us"].push_back(bench::raw_start_latency(server, latency_samples));
    for (const auto& [name, value] : bench::bullmq(server, count)) seen[name].push_back(value);
}

void measure_ours(const testing::private_redis& server, unsigned count, rounds& seen) {
    ground on(server);
    const auto body = [&]() -> task<void> {
        co_await forget_all(on);
        seen["enqueue_all_per_s"].push_back(co_await enqueue_many(on, count));
        seen["enqueue_64_callers_per_s"].push_back(co_await enqueue_singly(on, count));
        seen["worker_no_result_per_s"].push_back(co_await drain(on, server, count, false, seen));
        seen["worker_json_result_per_s"].push_back(co_await drain(on, server, count, true, seen));
        // One that is never shut costs its script; of one that mostly is each task is put off.
        seen["worker_limit_open_per_s"].push_back(
            co_await drain(on, server, count, false, seen, {.concurrent = concurrent_max}));
        seen["worker_limit_of_4_per_s"].push_back(co_await drain(
            on, server, count / limited_part, false, seen, {.concurrent = 4}));
        const auto latencies = co_await start_latency(on);
        seen["start_latency_p50_us"].push_back(latencies[latencies.size() / 2]);
        seen["start_latency_p99_us"].push_back(latencies[latencies.size() * 99 / 100]);
    };
    testing::run_on(on.home, body, std::chrono::minutes(5));
}

/// Of the medians; what a queue costs is what it takes more than these.
void add_ratios(std::map<std::string, double>& of) {
    of["ratio_enqueue"] = of["enqueue_all_per_s"] / of["raw_xadd_redis_benchmark_per_s"];
    of["ratio_no_result"] = of["worker_no_result_per_s"] / of["raw_drain_per_s"];
    of["ratio_json_result"] = of["worker_json_result_per_s"] / of["raw_drain_result_per_s"];
    of["ratio_start_latency"] = of["start_latency_p50_us"] / of["raw_start_latency_p50_us"];
}

void run(const bench_settings& with) {
    testing::private_redis server;
    bench::set_apart(server.pid());
    rounds seen;
    for (unsigned round = 0; round < with.rounds; ++round) {
        measure_rivals(server, with.tasks, seen);
        measure_ours(server, with.tasks, seen);
    }
    auto figures = bench::medians(seen);
    add_ratios(figures);
    bench::print("tasks", figures, with.json);
}

}  // namespace

int main(int argc, char** argv) {
    const auto with = read(argc, argv);
    return bench::run_bench("tasks", [&] { run(with); });
}
