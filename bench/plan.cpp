// bench/plan.cpp: one what-if over a thousand processes of a hundred consumers each.
//
//     bench_plan [--json] [--rounds N]
//
// A what-if is what `headroom plan --set` does once the manifest is read: the plan is copied, one
// figure of it is changed, everything is added up, judged and written. Beside it the whole command
// from exec to exit, which reads and checks the manifest as well.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <stdexcept>
#include <string_view>
#include <vector>

#include "command/manifest.hpp"
#include "command/overrides.hpp"
#include "headroom/budget/report.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace {

using namespace headroom;

constexpr unsigned consumers = 100, replicas = 250, workers = 4;

/// Three of four on PostgreSQL, the last on Redis; floors, fixed and shared bursts, all phases.
std::string manifest() {
    std::string text = "resources:\n  postgres: {limit: 500000, reserved: 3, reserve: 3}\n"
                       "  redis: {limit: 500000}\nconsumers:\n";
    for (unsigned i = 0; i < consumers; ++i)
        text += fmt::format(
            "  - {{name: part{}.pool, package: part{}, resource: {}, pool: {}, overflow: {}, "
            "instances: {}, per: {}, phase: {}, settings: [POOL_{}, OVERFLOW_{}]}}\n",
            i, i, i % 4 == 3 ? "redis" : "postgres", 1 + i % 5,
            i % 3 == 0 && i % 4 != 3 ? "shared" : fmt::format("{}", i % 4), 1 + i % 3,
            i % 7 == 0 ? "replica" : "process", i % 50 == 0 ? "start" : "steady", i, i);
    return text;
}

/// The peak of PostgreSQL, so that nothing is left out as unused.
std::uint64_t what_if(const budget::plan& of, unsigned pool) {
    auto changed = of;
    if (command::override_figure(changed, "part5.pool.pool", std::to_string(pool)))
        throw std::runtime_error("the plan has no part5.pool");
    const auto made = budget::make_report(changed);
    if (as_table(made).empty()) throw std::runtime_error("nothing was written");
    return made.resources.front().all.peak.value();
}

double run_command_ms(const std::string& file) {
    const auto begun = std::chrono::steady_clock::now();
    const auto answer = testing::run_program(
        {.arguments = {HEADROOM_COMMAND, "plan", file, "--replicas", std::to_string(replicas),
                       "--workers", std::to_string(workers), "--set", "part5.pool.pool=7"}});
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    if (answer.code != 0) throw std::runtime_error("the command failed: " + answer.errors);
    return took.count();
}

template <class Run>
std::vector<double> sorted_times(int rounds, Run run) {
    std::vector<double> took;
    for (int i = 0; i < rounds; ++i) took.push_back(run(i));
    std::ranges::sort(took);
    return took;
}

}  // namespace

int main(int argc, char** argv) {
    bool json = false;
    int rounds = 101;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--json") json = true;
        else if (word == "--rounds" && i + 1 < argc) rounds = std::max(1, std::atoi(argv[++i]));
        else return fmt::print(stderr, "bench_plan [--json] [--rounds N]\n"), 64;
    }
    auto plan = command::read_manifest(manifest()).value().of;
    plan.times.replicas = replicas;
    plan.times.workers = workers;
    std::uint64_t peaks = 0;
    const auto took = sorted_times(rounds, [&](int round) {
        const auto begun = std::chrono::steady_clock::now();
        peaks += what_if(plan, static_cast<unsigned>(round % 9) + 1);
        const std::chrono::duration<double, std::milli> each =
            std::chrono::steady_clock::now() - begun;
        return each.count();
    });
    testing::temp_directory in;
    const auto file = in.write("manifest.yaml", manifest());
    const auto whole =
        sorted_times(std::min(rounds, 15), [&](int) { return run_command_ms(file); });
    const auto line = json ? R"({{"bench":"plan","processes":{},"consumers":{},"ms":{:.3f},)"
                             R"("ms_best":{:.3f},"ms_max":{:.3f},"command_ms":{:.1f},"rounds":{}}})"
                           : "plan: {} processes x {} consumers, a what-if in {:.3f} ms "
                             "(best {:.3f}, worst {:.3f}), the whole command {:.1f} ms, {} rounds";
    fmt::print(fmt::runtime(line), replicas * workers, consumers, took[took.size() / 2],
               took.front(), took.back(), whole[whole.size() / 2], rounds);
    fmt::print("\n");
    return peaks > 0 ? 0 : 1;
}
