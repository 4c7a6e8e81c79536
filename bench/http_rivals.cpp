#include "bench/http_rivals.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <cctype>
#include <csignal>
#include <filesystem>
#include <sstream>
#include <stdexcept>
#include <vector>

#include "headroom/testing/eventually.hpp"
#include "headroom/testing/server_process.hpp"
#include "headroom/testing/text_client.hpp"

namespace headroom::bench {
namespace {

constexpr const char* python = "/usr/bin/python3";  // Debian's, which has Debian's packages

struct process_row {
    pid_t parent = 0;
    double ticks = 0;  // user and system
};

/// proc(5): fields 4, 14 and 15, counted behind the name.
process_row read_row(const std::filesystem::path& folder) {
    const auto text = testing::read_file(folder / "stat");
    const auto after_name = text.rfind(')');
    if (after_name == std::string::npos) return {};
    std::istringstream fields(text.substr(after_name + 1));
    std::string word;
    process_row row;
    double user = 0, in_kernel = 0;
    fields >> word >> row.parent;
    for (int skipped = 5; skipped <= 13; ++skipped) fields >> word;
    fields >> user >> in_kernel;
    row.ticks = user + in_kernel;
    return row;
}

bool is_process(const std::filesystem::path& folder) {
    return std::isdigit(static_cast<unsigned char>(folder.filename().native()[0])) != 0;
}

}  // namespace

http_rival::http_rival() : port_(testing::free_port()) {}

http_rival::~http_rival() {
    if (!process_) return;
    process_->signal(SIGTERM);
    process_->wait();
}

void http_rival::start(const testing::program& what) {
    process_ = std::make_unique<testing::child_process>(what);
    if (!testing::eventually([this] { return answers(); }))
        throw std::runtime_error(what.arguments.front() + " does not start: " +
                                 testing::read_file(what.log_file));
}

bool http_rival::answers() const {
    try {
        return testing::say(port_, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                   .find(hello_body) != std::string::npos;
    } catch (const std::system_error&) {
        return false;  // nobody listens yet
    }
}

double http_rival::cpu_seconds() const {
    double ticks = 0;
    for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
        if (!is_process(entry.path())) continue;
        const auto row = read_row(entry.path());
        if (row.parent == pid() || entry.path().filename() == std::to_string(pid()))
            ticks += row.ticks;
    }
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

nginx_rival::nginx_rival(unsigned workers) {
    const auto file = files().write("nginx.conf", fmt::format(R"(daemon off; worker_processes {3};
pid {0}/nginx.pid; error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
    access_log off; keepalive_requests 100000000; default_type application/json;
    client_body_temp_path {0}; proxy_temp_path {0}; fastcgi_temp_path {0};
    uwsgi_temp_path {0}; scgi_temp_path {0};
    server {{ listen 127.0.0.1:{1} reuseport; location / {{ return 200 '{2}'; }} }}
}})",
                                                              files().path().string(), port(),
                                                              hello_body, workers));
    start({.arguments = {"nginx", "-p", files().path(), "-c", file},
           .log_file = files().file("log")});
}

fastapi_rival::fastapi_rival(unsigned workers) {
    start({.arguments = {python, "-m", "uvicorn", "--app-dir", HEADROOM_BENCH_FOLDER, "--host",
                         "127.0.0.1", "--port", std::to_string(port()), "--loop", "uvloop",
                         "--http", "httptools", "--no-access-log", "--log-level", "warning",
                         "--workers", std::to_string(workers), "fastapi_app:app"},
           .environment = {{"PYTHONDONTWRITEBYTECODE", "1"}},
           .log_file = files().file("log")});
}

bool fastapi_rival::installed() {
    return testing::run_program({.arguments = {python, "-c",
                                               "import fastapi, uvicorn, uvloop, httptools"}})
               .code == 0;
}

}  // namespace headroom::bench
