// bench/start.cpp: from exec to the first 200 of /readyz, with the server up; and what it weighs.
//
//     bench_start [--json] [--rounds N]
//
// The figures are medians over the rounds; a round starts the program anew.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "bench/figures.hpp"
#include "bench/served.hpp"

namespace {

using namespace headroom;

double resident_mib(pid_t of) {
    std::ifstream status(fmt::format("/proc/{}/status", of));
    for (std::string line; std::getline(status, line);)
        if (line.starts_with("VmRSS:")) return std::stod(line.substr(6)) / 1024;
    throw std::runtime_error("no VmRSS");
}

}  // namespace

int main(int argc, char** argv) {
    bool json = false;
    int rounds = 9;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--json") json = true;
        else if (word == "--rounds" && i + 1 < argc) rounds = std::max(1, std::atoi(argv[++i]));
        else return fmt::print(stderr, "bench_start [--json] [--rounds N]\n"), 64;
    }
    const bench::served database;
    std::vector<double> ready_ms, rss_mib;
    for (int i = 0; i < rounds; ++i) {
        const auto port = testing::free_port();
        const auto service = database.start(port);
        ready_ms.push_back(bench::until_ready(port).count());
        rss_mib.push_back(resident_mib(service->pid()));
        service->signal(SIGTERM);
        service->wait();
    }
    const auto line =
        json ? R"({{"bench":"start","ready_ms":{:.1f},"ready_ms_max":{:.1f},)"
               R"("rss_mib":{:.1f},"rounds":{}}})"
             : "start: ready after {:.1f} ms (worst {:.1f}), RSS {:.1f} MiB, {} rounds";
    fmt::print(fmt::runtime(line), bench::median(ready_ms), std::ranges::max(ready_ms),
               bench::median(rss_mib), rounds);
    fmt::print("\n");
}
