// http/access_report.hpp: answered requests as log records and as metrics.
//
// One record a request: warnings for what failed on our side, else information. One histogram,
// http_server_request_duration_seconds, by method, route template and class of status; its series
// are bounded by the routes there are.
#pragma once
#include "headroom/http/access.hpp"
#include "headroom/observability/logger.hpp"
#include "headroom/observability/metrics.hpp"

namespace headroom::http {

/// Combinations of method, route and class that are told apart; further ones count as "other".
inline constexpr std::size_t access_series_max = 1024;

/// The result may be copied; copies share their series. `to` outlives the server.
access_log access_report(observability::logger log, observability::metrics& to);

}  // namespace headroom::http
