// bench/audit.cpp: one run of `headroom audit` over a server with 250 live backends of 25 owners.
//
//     bench_audit [--json] [--rounds N]
//
// From exec to exit, the report as JSON against a manifest; the figures are over the rounds. The
// server's work is the processor time of the backends that served it, from fork to exit.
#include <fmt/format.h>
#include <libpq-fe.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <memory>
#include <sstream>
#include <string_view>
#include <vector>

#include "headroom/testing/child_process.hpp"
#include "headroom/testing/private_postgres.hpp"
#include "headroom/testing/temp_directory.hpp"

namespace {

using namespace headroom;
using client = std::unique_ptr<PGconn, decltype(&PQfinish)>;

constexpr int owners = 25, clients_each = 10;
constexpr std::string_view manifest = R"(
resources: {postgres: {limit: 300, reserved: 3}}
consumers:
  - {name: web, resource: postgres, pool: 250, application_name: 'web-*'}
)";

std::vector<client> crowd(const testing::private_postgres& on) {
    std::vector<client> all;
    for (int i = 0; i < owners * clients_each; ++i) {
        const auto url = fmt::format("{}&application_name=web-{}", on.url("app"), i % owners);
        all.emplace_back(PQconnectdb(url.c_str()), &PQfinish);
        if (PQstatus(all.back().get()) != CONNECTION_OK)
            throw std::runtime_error(PQerrorMessage(all.back().get()));
    }
    return all;
}

double run_ms(const testing::private_postgres& on, const std::string& file) {
    const auto begun = std::chrono::steady_clock::now();
    const auto answer = testing::run_program({.arguments = {
        HEADROOM_COMMAND, "audit", "--postgres", on.url("watch"), "--manifest", file, "--json"}});
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begun;
    if (answer.code != 0 || answer.output.find("\"live\":250") == std::string::npos)
        throw std::runtime_error("the audit did not see 250 backends: " + answer.errors);
    return took.count();
}

/// Processor time of all backends that have ended: the postmaster's cutime and cstime.
double ended_backends_ms(const testing::private_postgres& on) {
    std::ifstream file(fmt::format("/proc/{}/stat", on.pid()));
    std::string text{std::istreambuf_iterator<char>(file), {}};
    std::istringstream fields(text.substr(text.rfind(')') + 2));
    std::vector<std::string> all{std::istream_iterator<std::string>(fields), {}};
    constexpr std::size_t cutime = 13, cstime = 14;  // counted from the state, the third field
    return static_cast<double>(std::stoull(all.at(cutime)) + std::stoull(all.at(cstime))) * 1000 /
           static_cast<double>(sysconf(_SC_CLK_TCK));
}

}  // namespace

int main(int argc, char** argv) {
    bool json = false;
    int rounds = 25;
    for (int i = 1; i < argc; ++i) {
        const std::string_view word = argv[i];
        if (word == "--json") json = true;
        else if (word == "--rounds" && i + 1 < argc) rounds = std::max(1, std::atoi(argv[++i]));
        else return fmt::print(stderr, "bench_audit [--json] [--rounds N]\n"), 64;
    }
    testing::private_postgres busy({.settings = {{"max_connections", "300"}}});
    busy.create_role("app");
    busy.create_role("watch", "LOGIN IN ROLE pg_monitor");
    testing::temp_directory in;
    in.write("manifest.yaml", std::string(manifest));
    const auto people = crowd(busy);
    std::vector<double> took;
    const auto before = ended_backends_ms(busy);
    for (int i = 0; i < rounds; ++i) took.push_back(run_ms(busy, in.file("manifest.yaml")));
    // The command waits until the server has let go; the postmaster reaps soon after.
    const auto server = (ended_backends_ms(busy) - before) / rounds;
    std::ranges::sort(took);
    const auto line = json ? R"({{"bench":"audit","backends":{},"ms":{:.1f},"ms_best":{:.1f},)"
                             R"("ms_max":{:.1f},"server_ms":{:.1f},"rounds":{}}})"
                           : "audit: {} backends in {:.1f} ms (best {:.1f}, worst {:.1f}), "
                             "{:.1f} ms of them the server's work, {} rounds";
    fmt::print(fmt::runtime(line), owners * clients_each, took[took.size() / 2], took.front(),
               took.back(), server, rounds);
    fmt::print("\n");
}
