// tests/schedules/scheduler.cpp: a scheduler that is killed, stopped and frozen by a test.
//
//     test_scheduler URL NAME
//
// It fires all slots that were missed. What its own clock shows, in Unix milliseconds, lies under
// "clock:NAME".
#include <cstdlib>

#include "headroom/runtime/stop_signals.hpp"
#include "headroom/tasks/schedules/scheduler.hpp"
#include "headroom/testing/run.hpp"

using namespace headroom;
using namespace headroom::tasks;
using std::chrono::milliseconds;

int main(int argc, char** argv) {
    if (argc < 3) return EXIT_FAILURE;
    stop_signals signals;
    budget::ledger ledger("redis", 2);
    redis::door door(redis::parse_connect_info(argv[1]).value());
    testing::test_reactor io;
    redis::mux_terms shared;
    shared.options.name = std::string("a/schedule/") + argv[2] + "/tasks.mux";
    redis::mux mux(io, ledger.open({"tasks.mux", 1, 1}).value(), door, shared);
    mux.start();
    const auto shown = std::chrono::floor<milliseconds>(std::chrono::system_clock::now());
    io.run_blocking([&]() -> task<void> {
        (void)co_await mux.run(redis::command("SET", std::string("clock:") + argv[2],
                                              shown.time_since_epoch().count()),
                               deadline::after(std::chrono::seconds(20)));
    });
    scheduler_terms with;
    with.misfires.is = misfire_policy::kind::all;
    scheduler every({.io = io, .mux = mux}, with);
    every.start(deadline::after(std::chrono::seconds(20)));
    (void)signals.wait();
    every.stop(deadline::after(std::chrono::seconds(2)));
    io.run_blocking([&] { return mux.stop(deadline::after(std::chrono::seconds(1))); });
    io.stop();
    return EXIT_SUCCESS;
}
