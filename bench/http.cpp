// bench/http.cpp: one small JSON answer, beside nginx in the same run.
//
// The server runs on one reactor of this process beside nginx with one worker, and on two beside
// two; wrk asks one, then the other, and again, so that a machine that slows down slows both. What
// counts is the median of the ratios. `--rounds N`, `--ms N` a measurement, `--json`.
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>

#include "bench/figures.hpp"
#include "headroom/http/server.hpp"
#include "headroom/testing/child_process.hpp"
#include "headroom/testing/eventually.hpp"
#include "headroom/testing/run.hpp"
#include "headroom/testing/server_process.hpp"
#include "headroom/testing/temp_directory.hpp"
#include "headroom/testing/text_client.hpp"

using namespace headroom;

namespace {

constexpr const char* body = R"({"message":"Hello, World!"})";
constexpr unsigned connections = 64;

struct arguments {
    unsigned rounds = 5;
    unsigned ms = 2'000;
    bool json = false;
};

double seconds(const timeval& of) {
    return static_cast<double>(of.tv_sec) + static_cast<double>(of.tv_usec) / 1e6;
}

double thread_cpu_seconds() {
    rusage used{};
    getrusage(RUSAGE_THREAD, &used);
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

/// User and system time of the children of `parent` so far (proc(5): fields 4, 14 and 15).
double children_cpu_seconds(pid_t parent) {
    double ticks = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        if (!std::isdigit(static_cast<unsigned char>(entry.path().filename().native()[0])))
            continue;
        const auto text = testing::read_file(entry.path() / "stat");
        const auto after_name = text.rfind(')');
        if (after_name == std::string::npos) continue;
        std::istringstream fields(text.substr(after_name + 1));
        std::string word;
        pid_t of = 0;
        fields >> word >> of;
        if (of != parent) continue;
        for (int skipped = 5; skipped <= 13; ++skipped) fields >> word;
        double user = 0, system_time = 0;
        fields >> user >> system_time;
        ticks += user + system_time;
    }
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

/// nginx on a port of the loopback, answering the same body.
class nginx {
public:
    explicit nginx(unsigned workers)
        : workers_(workers),
          port_(testing::free_port()),
          process_({.arguments = {"nginx", "-p", in_.path(), "-c", configure()},
                    .log_file = in_.file("log")}) {
        if (!testing::eventually([this] { return answers(); }))
            throw std::runtime_error("nginx does not start: " +
                                     testing::read_file(in_.file("log")));
    }
    std::uint16_t port() const { return port_; }
    double cpu_seconds() const { return children_cpu_seconds(process_.pid()); }

private:
    std::string configure() const {
        return in_.write("nginx.conf", fmt::format(R"(daemon off; worker_processes {3};
pid {0}/nginx.pid; error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    access_log off; keepalive_requests 100000000; default_type application/json;
    client_body_temp_path {0}; proxy_temp_path {0}; fastcgi_temp_path {0};
    uwsgi_temp_path {0}; scgi_temp_path {0};
    server {{ listen 127.0.0.1:{1} reuseport; location / {{ return 200 '{2}'; }} }}
}})",
                                                   in_.path().string(), port_, body, workers_));
    }
    bool answers() const {
        try {
            return testing::say(port_, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                       .find(body) != std::string::npos;
        } catch (const std::system_error&) {
            return false;
        }
    }

    testing::temp_directory in_;
    unsigned workers_;
    std::uint16_t port_;
    testing::child_process process_;
};

/// Our server on as many reactors.
class ours {
public:
    explicit ours(unsigned reactors)
        : reactors_(reactors),
          serving_(all(), settings(), routes(), {take(0), take(1), take(2)}) {
        serving_.start(deadline::after(std::chrono::seconds(1)));
    }
    std::uint16_t port() const { return serving_.port(); }
    double cpu_seconds() {
        double out = 0;
        for (auto& each : reactors_)
            each.run_blocking([&]() -> task<void> {
                out += thread_cpu_seconds();
                co_return;
            });
        return out;
    }

private:
    std::vector<reactor*> all() {
        std::vector<reactor*> out;
        for (auto& each : reactors_) out.push_back(&each);
        return out;
    }
    static http::settings settings() {
        http::settings out;
        out.listen = "127.0.0.1:0";
        return out;
    }
    static http::router routes() {
        http::router out;
        out.get("/", [](http::request&) -> task<http::response> {
            co_return http::response::json(body);
        });
        return out;
    }
    budget::grant take(std::size_t which) {
        const auto rows = http::consumers(settings(), static_cast<unsigned>(reactors_.size()));
        const auto& row = rows[which];
        return files_.open({row.name, static_cast<unsigned>(*row.pool), 0}).value();
    }

    budget::ledger files_{"files", 1'000};
    std::deque<testing::test_reactor> reactors_;
    http::server serving_;
};

struct load {
    double requests = 0, per_second = 0;
};

/// The number that stands before or after a word of wrk's report.
double figure_before(const std::string& text, std::string_view word) {
    const auto at = text.find(word);
    if (at == std::string::npos) throw std::runtime_error("wrk said: " + text);
    return std::strtod(text.c_str() + text.rfind('\n', at) + 1, nullptr);
}
double figure_after(const std::string& text, std::string_view word) {
    const auto at = text.find(word);
    if (at == std::string::npos) throw std::runtime_error("wrk said: " + text);
    return std::strtod(text.c_str() + at + word.size(), nullptr);
}

load drive(std::uint16_t port, unsigned ms) {
    const auto ran =
        testing::run_program({.arguments = {"wrk", "-t", "2", "-c", std::to_string(connections),
                                            "-d", fmt::format("{}s", std::max(1U, ms / 1000)),
                                            fmt::format("http://127.0.0.1:{}/", port)}});
    if (ran.output.find("Non-2xx") != std::string::npos ||
        ran.output.find("Socket errors") != std::string::npos)
        throw std::runtime_error("wrk met errors: " + ran.output);
    return {figure_before(ran.output, " requests in "), figure_after(ran.output, "Requests/sec:")};
}

/// Requests a second, and microseconds of the server's CPU for each.
template <class Cpu>
std::pair<double, double> measure(std::uint16_t port, unsigned ms, Cpu cpu) {
    const auto before = cpu();
    const auto seen = drive(port, ms);
    return {seen.per_second, (cpu() - before) / seen.requests * 1e6};
}

/// Both on as many threads, in turn.
std::map<std::string, std::vector<double>> side_by_side(unsigned threads, const arguments& with) {
    const nginx other(threads);
    ours mine(threads);
    std::map<std::string, std::vector<double>> seen;
    for (unsigned round = 0; round < with.rounds; ++round) {
        const auto [theirs_per_s, theirs_us] =
            measure(other.port(), with.ms, [&] { return other.cpu_seconds(); });
        const auto [ours_per_s, ours_us] =
            measure(mine.port(), with.ms, [&] { return mine.cpu_seconds(); });
        seen["nginx_per_s"].push_back(theirs_per_s);
        seen["nginx_cpu_us"].push_back(theirs_us);
        seen["headroom_per_s"].push_back(ours_per_s);
        seen["headroom_cpu_us"].push_back(ours_us);
        seen["ratio"].push_back(ours_per_s / theirs_per_s);
    }
    return seen;
}

arguments read(int argc, char** argv) {
    arguments out;
    for (int i = 1; i < argc; ++i) {
        const std::string word = argv[i];
        if (word == "--json") out.json = true;
        if (word == "--rounds" && i + 1 < argc) out.rounds = static_cast<unsigned>(atoi(argv[++i]));
        if (word == "--ms" && i + 1 < argc) out.ms = static_cast<unsigned>(atoi(argv[++i]));
    }
    out.rounds = std::max(1U, out.rounds);
    return out;
}

}  // namespace

int main(int argc, char** argv) {
    const auto with = read(argc, argv);
    std::map<std::string, double> figures;
    for (const unsigned threads : {1U, 2U})
        for (const auto& [name, values] : side_by_side(threads, with))
            figures[threads == 1 ? name : name + "_two_threads"] = bench::median(values);
    bench::print("http", figures, with.json);
}
