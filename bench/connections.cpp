// bench/connections.cpp: how many backends the service has at its busiest.
//
//     bench_connections [--json] [--ms N]
//
// wrk asks for one tenant's values over 256 connections while the server's own view is counted as
// often as it answers. The figure to hold is the peak; requests a second stand beside it.
#include <fmt/format.h>
#include <signal.h>

#include <algorithm>
#include <cstdlib>
#include <string_view>

#include "bench/served.hpp"

namespace {

using namespace headroom;

constexpr unsigned clients = 256;

struct busiest {
    std::size_t backends = 0;
    unsigned samples = 0;
    std::string wrk;
};

busiest watch(const bench::served& database, unsigned short port, std::chrono::milliseconds each) {
    const auto seconds = std::max<long>(1, each.count() / 1000);
    testing::child_process wrk(
        {.arguments = {"wrk", "-t", "1", "-c", std::to_string(clients), "-d",
                       fmt::format("{}s", seconds),
                       fmt::format("http://127.0.0.1:{}/v1/tenants/acme/configuration", port)}});
    busiest seen;
    while (wrk.running()) {
        seen.backends = std::max(seen.backends, database.server().backends().size());
        ++seen.samples;
    }
    seen.wrk = wrk.output();
    return seen;
}

double requests_a_second(const std::string& wrk) {
    const auto at = wrk.find("Requests/sec:");
    return at == std::string::npos ? 0 : std::stod(wrk.substr(at + 13));
}

}  // namespace

int main(int argc, char** argv) {
    bool json = false;
    std::chrono::milliseconds each{5'000};
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--json") json = true;
        else if (word == "--ms" && i + 1 < argc)
            each = std::chrono::milliseconds(std::atoi(argv[++i]));
        else return fmt::print(stderr, "bench_connections [--json] [--ms N]\n"), 64;
    }
    const bench::served database;
    const auto port = testing::free_port();
    const auto service = database.start(port);
    bench::until_ready(port);
    const auto seen = watch(database, port, each);
    service->signal(SIGTERM);
    service->wait();
    const auto line =
        json ? R"({{"bench":"connections","peak_backends":{},"samples":{},)"
               R"("clients":{},"requests_per_second":{:.0f}}})"
             : "connections: at most {} backends in {} samples, {} clients, {:.0f} requests/s";
    fmt::print(fmt::runtime(line), seen.backends, seen.samples, clients,
               requests_a_second(seen.wrk));
    fmt::print("\n");
}
