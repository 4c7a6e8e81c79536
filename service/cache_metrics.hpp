// service/cache_metrics.hpp: what the cache counts, read anew by each scrape.
#pragma once
#include "headroom/observability/metrics.hpp"
#include "headroom/persistence/cache/two_level.hpp"

namespace headroom::service {

/// Both, and this, outlive the last scrape.
class cache_metrics {
public:
    /// `of`: null where there is none, and nothing is shown.
    cache_metrics(observability::metrics& to, const cache::two_level* of);
    cache_metrics(const cache_metrics&) = delete;
    cache_metrics& operator=(const cache_metrics&) = delete;

private:
    void refresh();

    const cache::two_level* const of_;
    std::vector<observability::counter> counts_;
    std::vector<observability::gauge> gauges_;
};

}  // namespace headroom::service
