// bench/http.cpp: one small JSON answer, beside nginx and FastAPI in the same run.
//
// The server runs on one reactor beside nginx and uvicorn with one worker, and on two beside two,
// each in processes of its own; wrk asks one, then the others, and again, so that a machine that
// slows down slows all. On one thread each server has a core of its own and wrk another. What
// counts is the median of the ratios. FastAPI is left out where it is not installed. `--rounds N`,
// `--ms N` a measurement, `--json`.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "bench/arguments.hpp"
#include "bench/figures.hpp"
#include "bench/http_ours.hpp"
#include "bench/http_rivals.hpp"
#include "bench/wrk.hpp"

using namespace headroom;

namespace {

struct bench_settings {
    unsigned rounds = 5;
    std::chrono::milliseconds each{2'000};
    bool json = false;
    unsigned cores = std::max(1U, std::thread::hardware_concurrency());
};

using rounds = std::map<std::string, std::vector<double>>;

constexpr const char* serve_word = "--serve";

http::router hello_route() {
    http::router out;
    out.get("/", [](http::request&) -> task<http::response> {
        co_return http::response::json(bench::hello_body);
    });
    return out;
}

/// Ours in a process of its own, as the rivals are: it shares no memory with what drives it.
class our_process : public bench::http_rival {
public:
    explicit our_process(unsigned reactors) {
        start({.arguments = {"/proc/self/exe", serve_word, std::to_string(reactors),
                             std::to_string(port())},
               .log_file = files().file("log")});
    }
};

/// In that process, until it is killed.
[[noreturn]] void serve(const char* reactors, const char* port) {
    http::settings with;
    with.listen = std::string("127.0.0.1:") + port;
    const bench::our_server ours(static_cast<unsigned>(std::atoi(reactors)), with, hello_route());
    for (;;) pause();
}

/// Requests a second, and microseconds of the server's CPU for each.
struct measured {
    double per_s = 0, cpu_us = 0;
};

measured measure(const bench::http_rival& of, unsigned threads, const bench_settings& with) {
    const auto before = of.cpu_seconds();
    const auto seen = bench::drive(
        of.port(), {.threads = threads, .ms = static_cast<unsigned>(with.each.count())});
    if (seen.refused > 0) throw std::runtime_error("wrk was refused: " + seen.text);
    return {seen.per_second, (of.cpu_seconds() - before) / seen.requests * 1e6};
}

void keep(rounds& in, const std::string& name, const measured& of) {
    in[name + "_per_s"].push_back(of.per_s);
    in[name + "_cpu_us"].push_back(of.cpu_us);
}

/// All on as many threads, in turn. On one: what is started first runs on the second core, and wrk,
/// which is started last, on the first.
rounds side_by_side(unsigned threads, const bench_settings& with) {
    const bool apart = threads == 1 && with.cores > 1;
    if (apart) bench::allow(0, 1, 1);
    const bench::nginx_rival nginx(threads);
    std::optional<bench::fastapi_rival> fastapi;
    if (bench::fastapi_rival::installed()) fastapi.emplace(threads);
    const our_process ours(threads);
    bench::allow(0, 0, apart ? 0 : with.cores - 1);
    rounds seen;
    for (unsigned round = 0; round < with.rounds; ++round) {
        const auto mine = measure(ours, threads, with);
        const auto of_nginx = measure(nginx, threads, with);
        keep(seen, "headroom", mine);
        keep(seen, "nginx", of_nginx);
        seen["ratio_to_nginx"].push_back(mine.per_s / of_nginx.per_s);
        seen["cpu_ratio_to_nginx"].push_back(mine.cpu_us / of_nginx.cpu_us);
        if (!fastapi) continue;
        const auto of_fastapi = measure(*fastapi, threads, with);
        keep(seen, "fastapi", of_fastapi);
        seen["ratio_to_fastapi"].push_back(mine.per_s / of_fastapi.per_s);
    }
    return seen;
}

}  // namespace

int main(int argc, char** argv) {
    if (argc == 4 && std::string_view(argv[1]) == serve_word) serve(argv[2], argv[3]);
    const auto with = bench::read_arguments<bench_settings>(argc, argv);
    return bench::run_bench("http", [&] {
        auto figures = bench::medians(side_by_side(1, with));
        figures.merge(bench::medians(side_by_side(2, with), "_two_threads"));
        bench::print("http", figures, with.json);
    });
}
