#include "service/front.hpp"

#include "headroom/http/access_report.hpp"
#include "headroom/http/openapi/publication.hpp"
#include "headroom/http/rate_limit.hpp"
#include "headroom/observability/process_metrics.hpp"
#include "service/errors.hpp"
#include "service/starting.hpp"

namespace headroom::service {
namespace {

std::uint64_t threads_planned(const budget::plan& of) {
    const auto* threads = of.find_resource("threads");
    return threads == nullptr ? 0 : budget::add_up(of, *threads).sum.value_or(0);
}

std::vector<reactor*> reactors_of(runtime& on) {
    std::vector<reactor*> all;
    for (std::size_t i = 0; i < on.reactors(); ++i) all.push_back(&on.at(i));
    return all;
}

}  // namespace

front::front(const front_ground& of)
    : of_(of),
      budget_(metrics_, of.book),
      lost_records_(
          metrics_.count("headroom_log_dropped_total", "Log records nobody could read.")),
      looks_{of.book, health_, metrics_, of.hiding, of.on.system_pool(), HEADROOM_VERSION} {
    for (const auto& each : of.book.planned().resources)
        budget_.learn(each.name, each.limit, each.usable());
    observability::add_process_metrics(metrics_);
    metrics_.before_scrape(
        [this] { lost_records_.grow_to(static_cast<double>(of_.log.dropped())); });
    routes_.use(translate_errors{});
    add_probes(api_, looks_);
    using enum http::management_port;
    const auto where = of.with.http.management.where;
    if (where == shared) add_figures(api_, looks_);
    if (where == separate) {
        http::typed::api management(management_routes_);
        add_probes(management, looks_);
        add_figures(management, looks_);
        publish(management, describe_management());
    }
}

void front::describe(ways_in needs, bool sessions) {
    if (std::exchange(described_, true)) return;
    auto as = describe_api(std::move(needs), sessions);
    as.limits_rates = of_.with.http.each_client.per_second > 0;
    publish(api_, as);
}

std::shared_ptr<http::rate_limiter> front::rates() {
    const auto& each = of_.with.http.each_client;
    if (each.per_second > 0 && !rates_)
        rates_ = std::make_shared<http::rate_limiter>(
            http::rate_terms{each.per_second, each.burst, each.clients_max});
    return rates_;
}

void front::limit_rates() {
    if (std::exchange(limited_, true) || !rates()) return;
    routes_.use(http::rate_limit(rates_));
}

http::server_grants front::grants_of(const char* listener, const char* connections,
                                     const char* refusals) {
    return {taken(of_.book, listener), taken(of_.book, connections), taken(of_.book, refusals)};
}

// On the home reactor alone: looking is nobody's load.
void front::open_management() {
    if (of_.with.http.management.where != http::management_port::separate) return;
    management_.emplace(std::vector<reactor*>{&of_.on.home()},
                        http::management_of(of_.with.http), std::move(management_routes_),
                        grants_of(http::management_listener_consumer,
                                  http::management_connections_consumer,
                                  http::management_refusals_consumer));
}

// Those on call see when a certificate ends before its clients do.
void front::open_certificates() {
    if (!of_.with.http.tls.on()) return;
    certificates_.emplace(of_.with.http.tls);
    renewal_.emplace(of_.on.home(), of_.on.system_pool(), *certificates_, of_.log);
    auto ends = metrics_.measure("http_server_certificate_end_timestamp_seconds",
                                 "When the certificate that is shown ends.");
    metrics_.before_scrape([this, ends]() mutable {
        ends.set(static_cast<double>(certificates_->ends().time_since_epoch().count()));
    });
}

std::vector<part*> front::parts(std::size_t projections) {
    limit_rates();
    open_management();
    open_certificates();
    describe();
    server_.emplace(reactors_of(of_.on), of_.with.http, std::move(routes_),
                    grants_of(http::listener_consumer, http::connections_consumer,
                              http::refusals_consumer),
                    http::access_report(of_.log, metrics_),
                    certificates_ ? &*certificates_ : nullptr);
    if (behind_.first != nullptr) server_->shed_under(*behind_.first, behind_.second);
    looks_.public_server = &*server_;
    served_.emplace(metrics_, *server_, rates_.get());
    announced_.emplace(*server_, management_ ? &*management_ : nullptr, health_, of_.log,
                       projections, threads_planned(of_.book.planned()));
    // The management's before the public one, so that it goes after: a drain can be watched.
    std::vector<part*> all;
    if (renewal_) all.push_back(&*renewal_);
    if (management_) all.push_back(&*management_);
    all.insert(all.end(), {&*server_, &*announced_});
    return all;
}

}  // namespace headroom::service
