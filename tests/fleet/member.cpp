// tests/fleet/member.cpp: joins a fleet and stays until it is told to go, or killed.
//
//     test_member URL FLOOR MOST SESSIONS
//
// Says "joined UNITS" once it has, and opens SESSIONS of them.
#include <signal.h>

#include <cstdlib>

#include "headroom/fleet/process_fixture.hpp"
#include "headroom/runtime/stop_signals.hpp"

namespace {

using namespace headroom;
using namespace headroom::fleet;

task<void> live(const process_ask& what, unsigned sessions, const stop_signals& signals) {
    fleet_process one(*reactor::current(), what);
    const auto got = co_await one.start();
    fmt::print("joined {}\n", got ? got->units : 0);
    std::fflush(stdout);
    co_await one.hold(sessions);
    while (!signals.pending()) co_await sleep_until(deadline::after(10ms));
    co_await one.stop();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc < 5) return EXIT_FAILURE;
    const stop_signals signals;
    process_ask what;
    what.url = what.ledger_url = argv[1];
    what.floor = static_cast<unsigned>(std::atoi(argv[2]));
    what.most = static_cast<unsigned>(std::atoi(argv[3]));
    const auto sessions = static_cast<unsigned>(std::atoi(argv[4]));
    testing::test_reactor home;
    testing::run_on(
        home, [&] { return live(what, sessions, signals); }, std::chrono::minutes(5));
    return EXIT_SUCCESS;
}
