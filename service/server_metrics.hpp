// service/server_metrics.hpp: connections and requests of the HTTP server, and whom it turned away.
#pragma once
#include "headroom/http/rate_limiter.hpp"
#include "headroom/http/server.hpp"
#include "headroom/observability/shown_figures.hpp"

namespace headroom::service {

/// By reason: "in_flight" here; "slow" and "stalled" by whoever looks at what is behind.
inline constexpr char shed_metric[] = "http_server_shed_total";
inline constexpr char shed_help[] = "Requests told 503 before anything was done for them.";

/// Read when somebody scrapes; everything outlives the last scrape.
class server_metrics {
public:
    /// `rates`: null where no rate is limited.
    server_metrics(observability::metrics& to, const http::server& of,
                   const http::rate_limiter* rates);
    server_metrics(const server_metrics&) = delete;
    server_metrics& operator=(const server_metrics&) = delete;

private:
    observability::shown_figures<http::server_snapshot> shown_;
};

}  // namespace headroom::service
