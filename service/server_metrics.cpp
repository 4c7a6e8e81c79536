#include "service/server_metrics.hpp"

namespace headroom::service {

server_metrics::server_metrics(observability::metrics& to, const http::server& of,
                               const http::rate_limiter* rates)
    : shown_(to) {
    using now = http::server_snapshot;
    shown_.measure("http_server_open_connections", "Connections open now.", &now::connections)
        .measure("http_server_active_requests", "Requests being answered now.", &now::in_flight)
        .measure("headroom_http_queued_requests", "Requests that wait for one of these to end.",
                 &now::queued)
        .measure("http_server_active_streams", "Event streams and WebSockets open now.",
                 &now::streams)
        .measure("headroom_http_body_bytes", "Bytes held for requests' bodies now.",
                 &now::body_bytes)
        .count("http_server_connections_total", "Connections accepted.", &now::accepted)
        .count("http_server_turned_away_total",
               "Of these, told 503 or 429 at once: no descriptor, or too many of one client.",
               &now::turned_away)
        .count("http_server_handshakes_failed_total", "Of these, ended before TLS began.",
               &now::handshakes_failed)
        .count(shed_metric, shed_help, &now::shed, {{"reason", "in_flight"}})
        .count("http_server_rate_limited_total",
               "Requests told 429 because their client asks too often.",
               [rates](const now&) { return rates == nullptr ? 0 : rates->refused(); });
    to.before_scrape([this, &of] { shown_.show(of.snapshot()); });
}

}  // namespace headroom::service
