// tests/tasks/worker.cpp: a task worker that is killed, stopped and frozen by a test.
//
//     test_task_worker REDIS_URL NAME CONCURRENCY LEASE_MS [POSTGRES_URL]
//
// With a POSTGRES_URL it brings the rows of an outbox, too. Its tasks tell Redis what they did,
// over a connection of the program's own:
//   proc:count N    `begun` counts executions, the set `effects` gets N, and `taken_effect` counts
//                   how often it had not been there yet
//   proc:sleep N MS the same, after so long
//   proc:sure N MS  the same, and ends when a replica has it too: a primary that dies would take
//                   the effect along, while the next one is told that the task has ended
//   proc:two N MS   the same, two at a time over all workers; the list `trace` gets "b PID N" when
//                   it begins and "e PID N" when it ends
//   proc:die        ends the process as a broken program ends
#include <unistd.h>

#include <cstdlib>

#include "headroom/persistence/door.hpp"
#include "headroom/persistence/redis/script.hpp"
#include "headroom/runtime/stop_signals.hpp"
#include "headroom/tasks/outbox.hpp"
#include "headroom/tasks/worker.hpp"
#include "headroom/testing/run.hpp"

namespace {

using namespace headroom;
using namespace headroom::tasks;
using std::chrono::milliseconds;

deadline effect_deadline() { return deadline::after(std::chrono::seconds(60)); }

task<void> note_begun(redis::mux& by) {
    (void)co_await by.run(redis::command("INCR", "begun"), effect_deadline(),
                          redis::sending::repeatable);
}

/// The effect has the task's number as its key, so that a second run of it changes nothing.
constexpr const char* effect_script =
    "if redis.call('SADD', 'effects', ARGV[1]) == 1 then redis.call('INCR', 'taken_effect') "
    "end return 1";

task<void> take_effect(redis::mux& by, int number) {
    static const redis::script once(effect_script);
    const auto text = std::to_string(number);
    const std::string_view key = text;
    (void)co_await once.run(by, {}, {&key, 1}, effect_deadline(), redis::sending::repeatable);
}

/// False when no replica has it, or nobody knows.
task<bool> takes_effect_on_two(redis::mux& by, int number) {
    std::vector<redis::command> unit;
    unit.emplace_back("EVAL", effect_script, 0, number);
    unit.emplace_back("WAIT", 1, 500);
    try {
        const auto until = deadline::after(milliseconds(3'000));
        const auto said = co_await by.run_unit(std::move(unit), until);
        co_return !said[0].is_error() && said[1].number() >= 1;
    } catch (const std::exception&) {
        co_return false;
    }
}

task<void> take_effect_surely(redis::mux& by, int number) {
    for (const auto until = effect_deadline(); !co_await takes_effect_on_two(by, number);) {
        if (until.passed()) throw std::runtime_error("no replica has it");
        co_await sleep_until(deadline::after(milliseconds(20)));
    }
}

/// True when it was all of the time; false when the worker stops.
task<bool> slept(task_context& on, int ms) {
    const auto until = deadline::after(milliseconds(ms));
    while (!until.passed() && !on.stopping().stop_requested())
        co_await sleep_until(until.at_most(milliseconds(10)));
    co_return until.passed();
}

task<void> trace(redis::mux& by, const char* what, int number) {
    const auto line = std::string(what) + ' ' + std::to_string(getpid()) + ' ' +
                      std::to_string(number);
    (void)co_await by.run(redis::command("RPUSH", "trace", line), effect_deadline());
}

handlers all_handlers(redis::mux& by) {
    handlers made;
    made.handle<int>("proc:count", {"n"}, [&by](task_context&, int n) -> task<void> {
        co_await note_begun(by);
        co_await take_effect(by, n);
    });
    made.handle<int, int>("proc:sleep", {"n", "ms"},
                          [&by](task_context& on, int n, int ms) -> task<void> {
                              co_await note_begun(by);
                              if (!co_await slept(on, ms)) throw std::runtime_error("stopped");
                              co_await take_effect(by, n);
                          });
    made.handle<int, int>("proc:sure", {"n", "ms"},
                          [&by](task_context& on, int n, int ms) -> task<void> {
                              co_await note_begun(by);
                              if (!co_await slept(on, ms)) throw std::runtime_error("stopped");
                              co_await take_effect_surely(by, n);
                          });
    made.handle<int, int>("proc:two", {"n", "ms"},
                          [&by](task_context&, int n, int ms) -> task<void> {
                              co_await trace(by, "b", n);
                              co_await sleep_until(deadline::after(milliseconds(ms)));
                              co_await take_effect(by, n);
                              co_await trace(by, "e", n);
                          },
                          {.limits = {.concurrent = 2}});
    // Not a raised SIGSEGV: our threads block every signal, and one that is raised would wait.
    made.handle<>("proc:die", {}, [](task_context&) -> task<void> {
        std::abort();
        co_return;
    });
    return made;
}

/// Brings what PostgreSQL has recorded; nothing without a URL.
class bringer {
public:
    bringer(reactor& home, redis::mux& by, const char* url) : home_(home), to_(by, {}) {
        if (url == nullptr) return;
        door_.emplace(persistence::parse_connect_info(url).value());
        lanes_.emplace(
            std::vector<reactor*>{&home}, sessions_.open({"persistence.lanes", 1, 1}).value(),
            [this](persistence::connection& which, deadline until) {
                return door_->open(which, until);
            },
            persistence::lane_settings{.application_name =
                                           "test/work/00000001/persistence.lanes"});
        home_.run_blocking([this] { return lanes_->start(effect_deadline()); });
        relay_.emplace(home_, *lanes_, std::vector<relay_route>{{to_.terms().queue, &to_}},
                       relay_terms{.look_ms = milliseconds(50)});
        relay_->start(effect_deadline());
    }
    void stop() {
        if (!relay_) return;
        relay_->stop(deadline::after(milliseconds(500)));
        home_.run_blocking([this] { return lanes_->stop(deadline::after(milliseconds(500))); });
    }

private:
    reactor& home_;
    producer to_;
    budget::ledger sessions_{"postgres", 2};
    std::optional<persistence::door> door_;
    std::optional<persistence::lanes> lanes_;
    std::optional<outbox_relay> relay_;
};

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) return EXIT_FAILURE;
    stop_signals signals;
    budget::ledger ledger("redis", 8);
    redis::door door(redis::parse_connect_info(argv[1]).value());
    testing::test_reactor io, running;
    redis::mux_terms shared;
    shared.options.needs_primary = true;
    shared.connect_ms_max = milliseconds(1'000);
    redis::mux mux(io, ledger.open({"tasks.mux", 1, 1}).value(), door, shared);
    mux.start();
    worker_terms with;
    with.name = argv[2];
    with.concurrency = static_cast<unsigned>(std::atoi(argv[3]));
    with.lease_ms = milliseconds(std::atoi(argv[4]));
    with.look_ms = milliseconds(150);
    with.results->format = serializer::json;
    worker work({.io = io,
                 .handlers = running,
                 .mux = mux,
                 .door = door,
                 .reader = ledger.open({"tasks.reader", 1, 1}).value()},
                all_handlers(mux), with);
    work.start(deadline::after(std::chrono::seconds(20)));
    bringer outbox(io, mux, argc > 5 ? argv[5] : nullptr);
    (void)signals.wait();
    outbox.stop();
    work.stop(deadline::after(std::chrono::seconds(2)));
    io.run_blocking([&] { return mux.stop(deadline::after(std::chrono::seconds(1))); });
    running.stop();
    io.stop();
    return EXIT_SUCCESS;
}
