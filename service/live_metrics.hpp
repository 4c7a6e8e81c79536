// service/live_metrics.hpp: the gauges whose truth lies elsewhere, read anew by each scrape.
#pragma once
#include "headroom/observability/budget_metrics.hpp"
#include "headroom/observability/logger.hpp"
#include "headroom/observability/pool_metrics.hpp"
#include "headroom/persistence/database.hpp"

namespace headroom::service {

/// Budget, process, pools and the log's own losses. All references, and this, outlive the last
/// scrape.
class live_metrics {
public:
    /// After admission: the limits that were read then are shown.
    live_metrics(observability::metrics& to, const budget::book& book, persistence::database& db,
                 const observability::logger& log);
    live_metrics(const live_metrics&) = delete;
    live_metrics& operator=(const live_metrics&) = delete;

private:
    void refresh();

    persistence::database& db_;
    const observability::logger& log_;
    const budget::book& book_;
    observability::budget_metrics budget_;
    observability::pool_metrics lanes_, sessions_;
    std::optional<observability::pool_metrics> sync_;
    observability::gauge statements_in_flight_;
    observability::counter statements_, lost_records_;
};

}  // namespace headroom::service
