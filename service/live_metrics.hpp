// service/live_metrics.hpp: the database's pools, read anew by each scrape.
#pragma once
#include "headroom/budget/book.hpp"
#include "headroom/observability/pool_metrics.hpp"
#include "headroom/persistence/database.hpp"

namespace headroom::service {

/// All references, and this, outlive the last scrape.
class live_metrics {
public:
    live_metrics(observability::metrics& to, const budget::book& book, persistence::database& db);
    live_metrics(const live_metrics&) = delete;
    live_metrics& operator=(const live_metrics&) = delete;

private:
    void refresh();

    persistence::database& db_;
    const budget::book& book_;
    observability::pool_metrics lanes_, sessions_;
    std::optional<observability::pool_metrics> sync_;
    observability::gauge statements_in_flight_;
    observability::counter statements_;
};

}  // namespace headroom::service
