#include "service/front.hpp"

#include "headroom/http/access_report.hpp"
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
    add_routes(routes_, looks_);
}

// Those on call see when a certificate ends before its clients do.
void front::open_certificates() {
    if (!of_.with.http.tls.on()) return;
    certificates_.emplace(of_.with.http.tls);
    renewal_.emplace(of_.on.home(), of_.on.system_pool(), *certificates_, of_.log);
    const auto ends = metrics_.measure("http_server_certificate_end_timestamp_seconds",
                                       "When the certificate that is shown ends.");
    metrics_.before_scrape([this, ends]() mutable {
        ends.set(static_cast<double>(certificates_->ends().time_since_epoch().count()));
    });
}

std::vector<part*> front::parts(std::size_t projections) {
    open_certificates();
    server_.emplace(reactors_of(of_.on), of_.with.http, std::move(routes_),
                    http::server_grants{taken(of_.book, http::listener_consumer),
                                        taken(of_.book, http::connections_consumer),
                                        taken(of_.book, http::refusals_consumer)},
                    http::access_report(of_.log, metrics_),
                    certificates_ ? &*certificates_ : nullptr);
    announced_.emplace(*server_, health_, of_.log, projections,
                       threads_planned(of_.book.planned()));
    std::vector<part*> all{&*server_, &*announced_};
    if (renewal_) all.insert(all.begin(), &*renewal_);
    return all;
}

}  // namespace headroom::service
