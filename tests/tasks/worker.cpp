// tests/tasks/worker.cpp: a task worker that is killed, stopped and frozen by a test.
//
//     test_task_worker SOCKET NAME CONCURRENCY LEASE_MS
//
// Its tasks tell Redis what they did, over a connection of the program's own:
//   proc:count N    runs:N counts executions, and the set `effects` gets N
//   proc:sleep N MS the same, after so long
//   proc:two N MS   the same, two at a time over all workers; the list `trace` gets "b PID N" when
//                   it begins and "e PID N" when it ends
//   proc:die        ends the process as a broken program ends
#include <unistd.h>

#include <cstdlib>

#include "headroom/runtime/stop_signals.hpp"
#include "headroom/tasks/worker.hpp"
#include "headroom/testing/run.hpp"

namespace {

using namespace headroom;
using namespace headroom::tasks;
using std::chrono::milliseconds;

deadline effect_deadline() { return deadline::after(std::chrono::seconds(60)); }

/// The effect has the task's number as its key, so that a second run of it changes nothing.
task<void> take_effect(redis::mux& by, int number) {
    std::vector<redis::command> unit;
    unit.emplace_back("INCR", "runs:" + std::to_string(number));
    unit.emplace_back("SADD", "effects", number);
    (void)co_await by.run_unit(std::move(unit), effect_deadline(), redis::sending::repeatable);
}

task<void> trace(redis::mux& by, const char* what, int number) {
    const auto line = std::string(what) + ' ' + std::to_string(getpid()) + ' ' +
                      std::to_string(number);
    (void)co_await by.run(redis::command("RPUSH", "trace", line), effect_deadline());
}

handlers all_handlers(redis::mux& by) {
    handlers made;
    made.handle<int>("proc:count", {"n"}, [&by](task_context&, int n) -> task<void> {
        co_await take_effect(by, n);
    });
    made.handle<int, int>("proc:sleep", {"n", "ms"},
                          [&by](task_context& on, int n, int ms) -> task<void> {
                              const auto until = deadline::after(milliseconds(ms));
                              while (!until.passed() && !on.stopping().stop_requested())
                                  co_await sleep_until(until.at_most(milliseconds(10)));
                              if (!until.passed()) throw std::runtime_error("stopped");
                              co_await take_effect(by, n);
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

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) return EXIT_FAILURE;
    stop_signals signals;
    budget::ledger ledger("redis", 8);
    redis::door door(redis::parse_connect_info(std::string("unix://") + argv[1]).value());
    testing::test_reactor io, running;
    redis::mux mux(io, ledger.open({"tasks.mux", 1, 1}).value(), door, {});
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
    (void)signals.wait();
    work.stop(deadline::after(std::chrono::seconds(2)));
    io.run_blocking([&] { return mux.stop(deadline::after(std::chrono::seconds(1))); });
    running.stop();
    io.stop();
    return EXIT_SUCCESS;
}
