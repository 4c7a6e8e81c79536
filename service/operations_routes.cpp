#include "service/operations_routes.hpp"

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
    // Details are for whoever may reach the port: until somebody can sign in that is this machine.
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

}  // namespace

void add_routes(http::router& to, operations& of) {
    using enum http::admission;
    to.get("/livez", answer_livez, always);
    to.get("/readyz", [&of](http::request&) { return answer_readyz(of); }, always);
    to.get("/healthz", [&of](http::request&) { return answer_healthz(of); }, always);
    to.get("/metrics", [&of](http::request&) { return answer_metrics(of); }, always);
    to.get("/budget", [&of](http::request&) { return answer_budget(of); }, always);
}

}  // namespace headroom::service
