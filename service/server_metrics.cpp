#include "service/server_metrics.hpp"

namespace headroom::service {

server_metrics::server_metrics(observability::metrics& to, const http::server& of,
                               const http::rate_limiter* rates)
    : of_(of),
      rates_(rates),
      connections_(to.measure("http_server_open_connections", "Connections open now.")),
      in_flight_(to.measure("http_server_active_requests", "Requests being answered now.")),
      queued_(to.measure("headroom_http_queued_requests",
                         "Requests that wait for one of these to end.")),
      streams_(to.measure("http_server_active_streams",
                          "Event streams and WebSockets open now.")),
      body_bytes_(to.measure("headroom_http_body_bytes",
                             "Bytes held for requests' bodies now.")),
      accepted_(to.count("http_server_connections_total", "Connections accepted.")),
      turned_away_(to.count("http_server_turned_away_total",
                            "Of these, told 503 or 429 at once: no descriptor, or too many of one "
                            "client.")),
      unshaken_(to.count("http_server_handshakes_failed_total",
                         "Of these, ended before TLS began.")),
      shed_(to.count(shed_metric, shed_help, {{"reason", "in_flight"}})),
      limited_(to.count("http_server_rate_limited_total",
                        "Requests told 429 because their client asks too often.")) {
    to.before_scrape([this] { refresh(); });
}

void server_metrics::refresh() {
    const auto now = of_.snapshot();
    connections_.set(now.connections);
    in_flight_.set(now.in_flight);
    queued_.set(now.queued);
    streams_.set(now.streams);
    body_bytes_.set(static_cast<double>(now.body_bytes));
    accepted_.grow_to(static_cast<double>(now.accepted));
    turned_away_.grow_to(static_cast<double>(now.turned_away));
    unshaken_.grow_to(static_cast<double>(now.handshakes_failed));
    shed_.grow_to(static_cast<double>(now.shed));
    if (rates_ != nullptr) limited_.grow_to(static_cast<double>(rates_->refused()));
}

}  // namespace headroom::service
