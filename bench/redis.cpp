// bench/redis.cpp: what one pipelined connection to Redis carries, beside redis-benchmark in the
// same run, and how fast answers are read.
//
//     bench_redis [--json] [--rounds N] [--ms N]
//
// A private Redis, on a unix socket. Every round measures each contestant once, in turn, so that a
// noisy machine is noisy for all; the figures are medians over the rounds. Both sides keep 64
// commands in flight on one connection: redis-benchmark a batch of 64 at a time, ours 64 callers,
// each of whom waits for its own answer.
#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <map>
#include <thread>

#include "bench/arguments.hpp"
#include "bench/figures.hpp"
#include "headroom/persistence/redis/connection.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/private_redis.hpp"
#include "headroom/testing/run.hpp"

namespace {

using namespace headroom;
using namespace headroom::redis;
using wall = std::chrono::steady_clock;

constexpr unsigned in_flight = 64, value_bytes = 186;

struct bench_settings {
    bool json = false;
    unsigned rounds = 5;
    std::chrono::milliseconds each{2'000};
};

enum class what { get, set, xadd };

command made(what of, const std::string& value) {
    switch (of) {
        case what::get: return command("GET", "bench:key");
        case what::set: return command("SET", "bench:key", value);
        case what::xadd: break;
    }
    return command("XADD", "bench:stream", "MAXLEN", "~", 10'000, "*", "data", value);
}

struct crowd {
    connection& on;
    const what of;
    const wall::time_point end;
    const std::string value = std::string(value_bytes, 'x');
    unsigned running = in_flight;
    std::uint64_t done = 0;
    std::exception_ptr failed{};  // the first of them that did
};

task<void> keep_asking(crowd& all) {
    try {
        for (std::uint64_t i = 0; i % 64 != 0 || wall::now() < all.end; ++i, ++all.done)
            (void)co_await all.on.run(made(all.of, all.value),
                                      deadline::after(std::chrono::seconds(10)));
    } catch (...) {
        if (!all.failed) all.failed = std::current_exception();
    }
    --all.running;
}

task<void> keep_asking_in_units(crowd& all) {
    std::vector<command> unit;
    for (unsigned i = 0; i < in_flight; ++i) unit.push_back(made(all.of, all.value));
    for (; wall::now() < all.end; all.done += in_flight)
        (void)co_await all.on.run_unit(unit, deadline::after(std::chrono::seconds(10)));
    all.running = 0;
}

/// Commands a second on one connection. Throws what a caller threw.
double measure(const testing::private_redis& server, what of, bool units,
               std::chrono::milliseconds each) {
    budget::ledger ledger("redis", 1);
    auto grant = ledger.open({"bench.redis", 1, 0}).value();
    testing::test_reactor home;
    double rate = 0;
    const auto body = [&]() -> task<void> {
        const auto soon = deadline::after(std::chrono::seconds(10));
        connection on(home, grant.take().value(), {.name = "bench"});
        co_await on.open(parse_connect_info("unix://" + server.socket_file()).value(), soon);
        const auto start = wall::now();
        crowd all{on, of, start + each};
        if (units)
            co_await keep_asking_in_units(all);
        else
            for (unsigned i = 0; i < in_flight; ++i)
                home.spawn([&all] { return keep_asking(all); });
        while (all.running > 0)
            co_await sleep_until(deadline::after(std::chrono::milliseconds(1)));
        const std::chrono::duration<double> took = wall::now() - start;
        rate = static_cast<double>(all.done) / took.count();
        if (all.failed) std::rethrow_exception(all.failed);
        co_await on.close(deadline::after(std::chrono::seconds(10)));
    };
    testing::run_on(home, body, each + std::chrono::seconds(30));
    return rate;
}

/// The same by redis-benchmark, one connection and a pipeline of 64.
double measure_rival(const testing::private_redis& server, what of,
                     std::chrono::milliseconds each) {
    const auto count = std::to_string(each.count() * (of == what::get ? 900 : 500));
    testing::program rival{.arguments = {"redis-benchmark", "-s", server.socket_file(), "-c", "1",
                                         "-P", std::to_string(in_flight), "-n", count, "--csv"}};
    const std::string value(value_bytes, 'x');
    std::vector<std::string> words;
    if (of == what::get) words = {"GET", "bench:key"};
    if (of == what::set) words = {"SET", "bench:key", value};
    if (of == what::xadd)
        words = {"XADD", "bench:stream", "MAXLEN", "~", "10000", "*", "data", value};
    rival.arguments.insert(rival.arguments.end(), words.begin(), words.end());
    const auto ran = testing::run_program(rival);
    // "command","rps",...  and a line of figures, each in quotes; the command may hold commas.
    const auto figures = ran.output.rfind("\",\"0");
    const auto line = ran.output.find('\n');
    if (ran.code != 0 || line == std::string::npos || figures == std::string::npos)
        throw std::runtime_error(fmt::format("redis-benchmark ended with {}: {}{}", ran.code,
                                             ran.output, ran.errors));
    const auto rps = ran.output.find("\",\"", line) + 3;
    return std::strtod(ran.output.c_str() + rps, nullptr);
}

/// Answers a second that the parser reads: GET's texts, and batches as XREADGROUP sends them.
double measure_parser(bool batches, std::chrono::milliseconds each) {
    const std::string value(value_bytes, 'x');
    std::string bytes;
    const auto text = [&](std::string_view of) {
        return fmt::format("${}\r\n{}\r\n", of.size(), of);
    };
    if (batches) {
        bytes = "%1\r\n" + text("stream") + "*128\r\n";
        for (int i = 0; i < 128; ++i)
            bytes += "*2\r\n" + text("1526569495631-0") + "*2\r\n" + text("data") + text(value);
    } else {
        for (int i = 0; i < 128; ++i) bytes += text(value);
    }
    parser reads;
    std::uint64_t answers = 0;
    const auto start = wall::now();
    while (wall::now() < start + each)
        for (int i = 0; i < 16; ++i) {
            reads.feed(bytes);
            while (const auto said = reads.next()) answers += said->is() == kind::text ? 1 : 128;
        }
    const std::chrono::duration<double> took = wall::now() - start;
    return static_cast<double>(answers) / took.count();
}

void run(const bench_settings& with) {
    testing::private_redis server;
    bench::set_apart(server.pid());
    server.ask({"SET", "bench:key", std::string(value_bytes, 'x')});
    std::map<std::string, std::vector<double>> seen;
    for (unsigned round = 0; round < with.rounds; ++round) {
        for (const auto& [name, of] :
             {std::pair("get", what::get), std::pair("set", what::set),
              std::pair("xadd", what::xadd)}) {
            const std::string called = name;
            seen[called + "_redis_benchmark"].push_back(measure_rival(server, of, with.each));
            seen[called].push_back(measure(server, of, false, with.each));
            seen[called + "_units"].push_back(measure(server, of, true, with.each));
        }
        seen["parse_texts"].push_back(measure_parser(false, with.each / 4));
        seen["parse_stream_entries"].push_back(measure_parser(true, with.each / 4));
    }
    auto figures = bench::medians(seen, "_per_s");
    for (const std::string name : {"get", "set", "xadd"})
        figures["ratio_" + name] =
            figures[name + "_per_s"] / figures[name + "_redis_benchmark_per_s"];
    bench::print("redis", figures, with.json);
}

}  // namespace

int main(int argc, char** argv) {
    const auto with = bench::read_arguments<bench_settings>(argc, argv);
    return bench::run_bench("redis", [&] { run(with); });
}
