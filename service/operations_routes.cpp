#include "service/operations_routes.hpp"

#include <boost/json.hpp>

#include "headroom/observability/budget_snapshot.hpp"
#include "headroom/observability/health_json.hpp"
#include "headroom/observability/process_metrics.hpp"

namespace headroom::service {
namespace {

using observability::health_reply;

http::response to_response(health_reply reply) {
    auto answer = http::response::body(health_reply::content_type, std::move(reply.body),
                                       reply.up ? 200 : 503);
    answer.with("Cache-Control", "no-store");
    return answer;
}

task<http::response> answer_livez(http::request&) { co_return to_response(observability::livez()); }

task<http::response> answer_readyz(const operations& of) {
    co_return to_response(observability::readyz(of.health, deadline::clock::now()));
}

task<http::response> answer_healthz(operations& of) {
    const auto process = co_await of.system_pool.run(observability::read_process_figures);
    const observability::health_facts facts{of.version, "headroom-service", of.book.snapshot(),
                                            process.threads};
    // Details are for whoever reaches the port, which is the management's.
    co_return to_response(observability::healthz(of.health, deadline::clock::now(),
                                                 std::chrono::system_clock::now(), facts, of.hiding,
                                                 true));
}

task<http::response> answer_metrics(operations& of) {
    auto text = co_await of.system_pool.run([&of] { return of.metrics.text(); });
    co_return http::response::body(observability::metrics::content_type, std::move(text));
}

task<http::response> answer_budget(const operations& of) {
    co_return http::response::json(
        observability::budget_snapshot(of.book.snapshot(), budget::make_report(of.book.planned()),
                                       std::chrono::system_clock::now()));
}

task<http::response> answer_inflight(const operations& of) {
    const auto found = co_await of.public_server->requests_under_way();
    boost::json::array rows;
    for (const auto& each : found)
        rows.push_back({{"method", each.method},
                        {"route", each.route},
                        {"phase", each.phase},
                        {"age_ms", each.age.count()},
                        {"request_id", each.request_id},
                        {"trace_id", each.trace_id}});
    const auto now = of.public_server->snapshot();
    co_return http::response::json(boost::json::serialize(boost::json::object{
        {"in_flight", now.in_flight}, {"connections", now.connections}, {"requests", rows}}));
}

}  // namespace

void add_probes(http::router& to, const operations& of) {
    using enum http::admission;
    to.get("/livez", answer_livez, always);
    to.get("/readyz", [&of](http::request&) { return answer_readyz(of); }, always);
}

void add_figures(http::router& to, operations& of) {
    using enum http::admission;
    to.get("/healthz", [&of](http::request&) { return answer_healthz(of); }, always);
    to.get("/metrics", [&of](http::request&) { return answer_metrics(of); }, always);
    to.get("/budget", [&of](http::request&) { return answer_budget(of); }, always);
    to.get("/inflight", [&of](http::request&) { return answer_inflight(of); }, always);
}

}  // namespace headroom::service
