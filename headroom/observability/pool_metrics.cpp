#include "headroom/observability/pool_metrics.hpp"

#include <utility>

namespace headroom::observability {
namespace {

labels of(const std::string& pool) { return {{"pool_name", pool}}; }

labels of(const std::string& pool, const char* state) {
    return {{"pool_name", pool}, {"state", state}};
}

constexpr char open_help[] = "Connections of a pool, by what they do.";

double seconds(std::chrono::nanoseconds sum) { return std::chrono::duration<double>(sum).count(); }

}  // namespace

pool_metrics::pool_metrics(metrics& to, const std::string& pool)
    : idle_(to.measure("db_client_connections", open_help, of(pool, "idle"))),
      used_(to.measure("db_client_connections", open_help, of(pool, "used"))),
      idle_min_(to.measure("db_client_connection_idle_min", "The pool's floor.", of(pool))),
      max_(to.measure("db_client_connection_max", "The most it may open.", of(pool))),
      pending_(to.measure("db_client_connection_pending_requests", "Callers that wait.", of(pool))),
      timeouts_(to.count("db_client_connection_timeouts_total",
                         "Waits that ended at their deadline.", of(pool))),
      created_(to.count("db_client_connection_created_total", "Connections opened.", of(pool))),
      waited_(to.count("db_client_connection_waits_total", "Callers that had to wait.", of(pool))),
      taken_(to.count("db_client_connection_uses_total", "Connections lent.", of(pool))),
      use_(to.count("db_client_connection_use_time_seconds_total", "Time connections were lent.",
                    of(pool))),
      create_(to.distribute("db_client_connection_create_time_seconds",
                            "How long connections took to open.", duration_buckets(), of(pool))),
      wait_(to.distribute("db_client_connection_wait_time_seconds",
                          "How long callers waited for the connection they got.",
                          duration_buckets(), of(pool))) {}

void pool_metrics::show(const pool_reading& now) {
    idle_.set(now.idle);
    used_.set(now.used);
    idle_min_.set(now.idle_min);
    max_.set(now.max);
    pending_.set(now.pending);
    timeouts_.grow_to(static_cast<double>(now.timeouts));
    created_.grow_to(static_cast<double>(now.created));
    waited_.grow_to(static_cast<double>(now.waited));
    taken_.grow_to(static_cast<double>(now.taken));
    create_.grow(std::exchange(created_before_, now.create), now.create);
    wait_.grow(std::exchange(waited_before_, now.wait), now.wait);
    use_.grow_to(seconds(now.use));
}

}  // namespace headroom::observability
