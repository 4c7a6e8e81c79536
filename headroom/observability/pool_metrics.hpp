// observability/pool_metrics.hpp: a connection pool's figures under OpenTelemetry's names.
//
// The names are those of the semantic conventions 1.44 (db.client.connection.*) as Prometheus
// writes them. One exception: db.client.connection.count is `db_client_connections` here, because
// `_count` belongs to histograms.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "headroom/observability/metrics.hpp"

namespace headroom::observability {

/// A moment of a pool, and what it counted since its start.
struct pool_reading {
    unsigned idle = 0, used = 0;                          ///< connections
    unsigned idle_min = 0, max = 0;                       ///< floor; floor + burst
    unsigned pending = 0;                                 ///< callers that wait
    std::uint64_t timeouts = 0;                           ///< waits that ended at their deadline
    std::uint64_t created = 0, waited = 0, taken = 0;     ///< ever
    duration_counts create, wait;                         ///< of connections; of callers served
    std::chrono::nanoseconds use{0};                      ///< sum: a hold reads no clock of its own
};

class pool_metrics {
public:
    /// `pool`: unique in the process, "persistence.sessions".
    pool_metrics(metrics& to, const std::string& pool);
    /// From one thread at a time; usually called before each scrape.
    void show(const pool_reading& now);

private:
    gauge idle_, used_, idle_min_, max_, pending_;
    counter timeouts_, created_, waited_, taken_, use_;
    histogram create_, wait_;
    duration_counts created_before_, waited_before_;
};

}  // namespace headroom::observability
