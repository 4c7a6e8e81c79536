// bench/kills.cpp: a million answers under kills: is each one the caller's own?
//
//     bench_kills [--json] [--statements N]
//
// 64 callers on lanes ask the server to echo a number of their own, while every 20,000 statements
// all backends are terminated, and now and then the server is restarted. A statement may be lost
// with its connection; it may never be answered with somebody else's number, or not at all.
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "headroom/persistence/door.hpp"
#include "headroom/persistence/lanes.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/run.hpp"

namespace {

using namespace headroom;
using namespace headroom::persistence;

constexpr int callers = 64, kill_every = 20'000, restart_every = 10;
constexpr unsigned floor_units = 1, reserve_units = 3;
constexpr statement echo{"select $1::int4"};

struct tally {
    int asked = 0, right = 0, lost = 0, late = 0, swapped = 0;
    int rounds = 0, restarts = 0, running = 0;
    unsigned held_max = 0;
};

deadline soon() { return deadline::after(std::chrono::seconds(20)); }

task<void> ask(const lanes& on, int caller, int statements, tally& to) {
    for (int i = 0; i < statements; ++i, ++to.asked) {
        const auto number = caller * statements + i;
        try {
            const auto got = co_await on.one<std::int32_t>(echo, soon(), number);
            ++(got == number ? to.right : to.swapped);
        } catch (const connection_lost&) {
            ++to.lost;
        } catch (const server_error&) {  // 57P01: the statement was ended with its backend
            ++to.lost;
        } catch (const deadline_passed&) {
            ++to.late;
        }
    }
    --to.running;
}

task<void> disturb(testing::private_postgres& server, const tally& seen, tally& to,
                   const budget::ledger& book) {
    for (int next = kill_every; seen.running > 0; co_await yield_now()) {
        to.held_max = std::max(to.held_max, book.held());
        if (seen.asked < next) continue;
        next = seen.asked + kill_every;
        if (++to.rounds % restart_every == 0) {
            server.restart();
            ++to.restarts;
            continue;
        }
        for (const auto& each : server.backends()) server.terminate(each.pid);
    }
}

tally run(int statements) {
    testing::private_postgres server;
    budget::ledger book("postgres", floor_units + reserve_units);
    tally seen;
    testing::run([&]() -> task<void> {
        door way(parse_connect_info(server.url()).value());
        lanes all({reactor::current()},
                  book.open({"persistence.lanes", floor_units, reserve_units}).value(),
                  [&](connection& which, deadline until) { return way.open(which, until); },
                  {.application_name = "bench/serve/00000001/persistence.lanes"});
        co_await all.start(soon());
        seen.running = callers;
        for (int i = 0; i < callers; ++i)
            reactor::current()->spawn([&, i] { return ask(all, i, statements / callers, seen); });
        co_await disturb(server, seen, seen, book);
        co_await all.stop(soon());
    }, std::chrono::minutes(10));
    return seen;
}

}  // namespace

int main(int argc, char** argv) {
    bool json = false;
    int statements = 1'048'576;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--json") json = true;
        else if (word == "--statements" && i + 1 < argc) statements = std::atoi(argv[++i]);
        else return fmt::print(stderr, "bench_kills [--json] [--statements N]\n"), 64;
    }
    const auto seen = run(statements);
    const auto line =
        json ? R"({{"bench":"kills","asked":{},"right":{},"lost_with_connection":{},"late":{},)"
               R"("swapped":{},"kill_rounds":{},"restarts":{},"held_max":{}}})"
             : "kills: {} asked, {} right, {} lost with their connection, {} late, {} swapped; "
               "{} rounds of kills, {} restarts, at most {} units held";
    fmt::print(fmt::runtime(line), seen.asked, seen.right, seen.lost, seen.late, seen.swapped,
               seen.rounds, seen.restarts, seen.held_max);
    fmt::print("\n");
    return seen.swapped == 0 && seen.asked == seen.right + seen.lost + seen.late ? 0 : 1;
}
