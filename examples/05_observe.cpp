// 05: what a process says of itself: a log without secrets, health that probes read, and metrics.
#include <iostream>
#include <sstream>

#include "headroom/budget/book.hpp"
#include "headroom/observability/budget_metrics.hpp"
#include "headroom/observability/health_json.hpp"
#include "headroom/observability/logger.hpp"

using namespace headroom;
using namespace headroom::observability;

namespace {

// Records go to a sink, a line each: descriptor_sink(STDERR_FILENO) in a service.
bool to_stdout(std::string_view line) {
    std::cout << line;
    return true;
}

// A redactor learns the secrets once, and whatever is written passes it. A fact is an attribute,
// not part of the sentence; a request's logger carries its context.
void log_something(std::chrono::sys_days day) {
    const secret password("correct-horse");
    redactor hiding;
    hiding.learn(password);
    const logger log({.identity = {.service = "shop", .version = "1", .instance = "a"},
                      .sink = to_stdout,
                      .now = [day] { return day; }},
                     hiding);
    const auto request =
        log.within({.request_id = "r-1", .trace_id = {}, .span_id = {}, .trace_flags = 0});
    request.info("order placed", {{"items", 3}, {"note", "they said correct-horse"}});
    request.warn("signed in", {{"password", "hunter2"}, {"secret", password}});
}

// Checks report when they have looked; a probe reads what was reported and costs nothing. One
// failure may be chance, two in a row are not.
void probe_something(std::chrono::sys_days day) {
    health state;
    const auto database = state.declare({.name = "postgres:connections", .for_readiness = true});
    const auto now = std::chrono::steady_clock::now();
    const auto probe = [&] { std::cout << readyz(state, now).body << "\n"; };
    probe();
    state.started();
    state.report(database, {.observed = 3, .unit = "connections", .detail = {}}, now, day);
    probe();
    const health_result silence{
        .status = health_status::fail, .observed = {}, .unit = {}, .detail = "no answer"};
    for (int twice = 0; twice < 2; ++twice) state.report(database, silence, now, day);
    probe();
}

// The budget's gauges are read from the ledgers themselves, at each scrape.
void count_something() {
    budget::book book;
    book.declare(budget::resource{.name = "postgres", .limit = 20, .reserve = 2});
    budget::consumer web;
    web.name = "web", web.package = "shop", web.resource = "postgres", web.pool = 1;
    book.declare(web);
    auto share = book.take("web").value();
    const auto unit = share.take().value();

    metrics all;
    budget_metrics figures(all, book);
    all.count("shop_orders_total", "Orders placed.").add();
    std::istringstream lines(all.text());
    for (std::string line; std::getline(lines, line);)
        if (line.starts_with("shop_") || line.starts_with("headroom_budget_resource"))
            std::cout << line << "\n";
}

}  // namespace

int main() {
    const std::chrono::sys_days day(std::chrono::year(2026) / 1 / 31);
    log_something(day);
    probe_something(day);
    count_something();
}
