// tests/http/attacked_server.cpp: a small server with short patience, to be attacked by a test.
//
// Prints the port it listens on; ends at SIGTERM. GET /figures tells what it holds.
#include <fmt/format.h>
#include <signal.h>

#include <cstdio>

#include "headroom/budget/ledger.hpp"
#include "headroom/http/server.hpp"
#include "headroom/testing/run.hpp"

namespace {

using namespace headroom;
using namespace std::chrono_literals;

constexpr std::size_t large_answer = 256 * 1024;

http::settings impatient() {
    http::settings with;
    with.listen = "127.0.0.1:0";
    with.connections_max = 512;
    with.times.head_max = with.times.body_grace = with.times.write_max = 500ms;
    with.times.idle_max = 1'500ms;
    with.times.linger_max = 200ms;
    with.times.body_max = 3s;
    with.times.body_rate_min = 10'000;
    return with;
}

http::router routes(const budget::ledger& files, const http::server*& of) {
    http::router made;
    made.get("/hello", [](http::request&) -> task<http::response> {
        co_return http::response::json(R"({"message":"Hello, World!"})");
    });
    made.get("/large", [](http::request&) -> task<http::response> {
        co_return http::response::text(std::string(large_answer, 'a'));
    });
    made.post("/echo", [](http::request& got) -> task<http::response> {
        co_return http::response::text(fmt::format("{}", got.body.size()));
    });
    made.get("/figures", [&](http::request&) -> task<http::response> {
        const auto now = of->snapshot();
        co_return http::response::json(fmt::format(
            R"({{"held":{},"held_max":{},"ceiling":{},"connections":{},"in_flight":{}}})",
            files.held(), files.snapshot().held_max, files.ceiling(), now.connections,
            now.in_flight));
    });
    return made;
}

}  // namespace

int main() {
    sigset_t end;  // blocked before there is a thread that could take it
    sigemptyset(&end);
    sigaddset(&end, SIGTERM);
    sigprocmask(SIG_BLOCK, &end, nullptr);
    const auto with = impatient();
    budget::ledger files("files", 1'000);
    const auto rows = http::consumers(with);
    const auto take = [&](std::size_t which) {
        return files.open({rows[which].name, static_cast<unsigned>(*rows[which].pool), 0}).value();
    };
    testing::test_reactor on;
    const http::server* itself = nullptr;
    http::server serving({&on}, with, routes(files, itself), {take(0), take(1), take(2)});
    itself = &serving;
    serving.start(deadline::after(5s));
    fmt::print("{}\n", serving.port());
    std::fflush(stdout);
    int signal = 0;
    sigwait(&end, &signal);
}
