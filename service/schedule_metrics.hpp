// service/schedule_metrics.hpp: what a scheduler counted, for /metrics.
#pragma once
#include <vector>

#include "headroom/observability/metrics.hpp"
#include "headroom/tasks/schedules/scheduler.hpp"

namespace headroom::service {

/// Outlives the last scrape.
class schedule_metrics {
public:
    explicit schedule_metrics(observability::metrics& to);

    /// One caller at a time.
    void show(const tasks::scheduler_figures& now);

private:
    std::vector<observability::gauge> gauges_;
    std::vector<observability::counter> counts_;
};

}  // namespace headroom::service
