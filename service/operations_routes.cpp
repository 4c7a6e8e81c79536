#include "service/operations_routes.hpp"

#include <boost/json.hpp>

#include "headroom/observability/budget_snapshot.hpp"
#include "headroom/observability/health_json.hpp"
#include "headroom/observability/process_metrics.hpp"

namespace headroom {
namespace service {

/// Of about::media, 200 or 503.
struct health_answer {
    http::response is;
};

namespace {

using observability::health_reply;

health_answer to_answer(health_reply reply) {
    auto answer = http::response::body(health_reply::content_type, std::move(reply.body),
                                       reply.up ? 200 : 503);
    answer.with("Cache-Control", "no-store");
    return {std::move(answer)};
}

task<http::response> answer_livez() { co_return to_answer(observability::livez()).is; }

task<health_answer> answer_readyz(operations& of) {
    co_return to_answer(observability::readyz(of.health, deadline::clock::now()));
}

task<health_answer> answer_healthz(operations& of) {
    const auto process = co_await of.system_pool.run(observability::read_process_figures);
    const observability::health_facts facts{of.version, "headroom-service", of.book.snapshot(),
                                            process.threads};
    // Details are for whoever reaches the port, which is the management's.
    co_return to_answer(observability::healthz(of.health, deadline::clock::now(),
                                               std::chrono::system_clock::now(), facts, of.hiding,
                                               true));
}

task<http::response> answer_metrics(operations& of) {
    auto text = co_await of.system_pool.run([&of] { return of.metrics.text(); });
    co_return http::response::body(observability::metrics::content_type, std::move(text));
}

task<http::response> answer_budget(operations& of) {
    co_return http::response::json(
        observability::budget_snapshot(of.book.snapshot(), budget::make_report(of.book.planned()),
                                       std::chrono::system_clock::now()));
}

task<http::response> answer_inflight(operations& of) {
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
        {"in_flight", now.in_flight},
        {"queued", now.queued},
        {"connections", now.connections},
        {"body_bytes", now.body_bytes},
        {"requests", rows}}));
}

template <class Answer>
auto looking_at(operations& of, task<Answer> (*what)(operations&)) {
    return [&of, what]() { return what(of); };
}

http::typed::about about_look(std::string summary, std::string_view media) {
    return {.summary = std::move(summary),
            .tag = "operations",
            .media = std::string(media),
            .when = http::admission::always};
}

}  // namespace
}  // namespace service

template <>
struct http::typed::result<service::health_answer> {
    static response respond(service::health_answer from) { return std::move(from.is); }
    static void describe(operation& to, std::string_view media) {
        for (const unsigned status : {200U, 503U}) to.answers(status, {}, media);
    }
};

namespace service {

void add_probes(http::typed::api& to, operations& of) {
    to.get<"/livez">(answer_livez, about_look("The process answers", health_reply::content_type))
        .get<"/readyz">(looking_at(of, answer_readyz),
                        about_look("It should be sent requests", health_reply::content_type));
}

void add_figures(http::typed::api& to, operations& of) {
    to.get<"/healthz">(
          looking_at(of, answer_healthz),
          about_look("Checks, the live budget, threads", health_reply::content_type))
        .get<"/metrics">(looking_at(of, answer_metrics),
                         about_look("Figures for Prometheus", "text/plain"))
        .get<"/budget">(looking_at(of, answer_budget),
                        about_look("The plan beside what is held now", "application/json"))
        .get<"/inflight">(looking_at(of, answer_inflight),
                          about_look("Requests under way", "application/json"));
}

}  // namespace service
}  // namespace headroom
