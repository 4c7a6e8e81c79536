#include "service/cache_metrics.hpp"

#include <array>

namespace headroom::service {
namespace {

using cache::figures;

struct shown_of_cache {
    const char *name, *help;
    std::uint64_t figures::*of;
    const char* level = nullptr;  // a label, where the name is shared
};

constexpr std::array<shown_of_cache, 14> totals{{
    {"headroom_cache_hits_total", "Values given from the cache.", &figures::local_hits, "local"},
    {"headroom_cache_hits_total", "Values given from the cache.", &figures::redis_hits, "redis"},
    {"headroom_cache_misses_total", "Values that neither level had.", &figures::misses},
    {"headroom_cache_joined_total", "Values given with what another caller waited for.",
     &figures::joined},
    {"headroom_cache_loads_total", "Values loaded.", &figures::loads},
    {"headroom_cache_load_failures_total", "Loads that failed.", &figures::load_failures},
    {"headroom_cache_refreshes_total", "Loads of values that were still given.",
     &figures::refreshes},
    {"headroom_cache_outdated_total", "Loaded values that an invalidation overtook.",
     &figures::outdated},
    {"headroom_cache_invalidations_total", "Invalidations heard.", &figures::invalidations},
    {"headroom_cache_gaps_total", "Times the local level was dropped with its connection.",
     &figures::gaps},
    {"headroom_cache_errors_total", "Questions Redis did not answer, or with an error.",
     &figures::errors},
    {"headroom_cache_degraded_total", "Questions that Redis did not answer or was not asked.",
     &figures::degraded},
    {"headroom_cache_evicted_total", "Values the local level gave up for others.",
     &figures::evicted},
    {"headroom_cache_too_large_total", "Values that were too large to be kept.",
     &figures::too_large},
}};

constexpr std::array<shown_of_cache, 3> moments{{
    {"headroom_cache_local_entries", "Values in the local level.", &figures::entries},
    {"headroom_cache_local_bytes", "Their bytes.", &figures::bytes},
    {"headroom_cache_owed_invalidations", "Invalidations that Redis has not been told yet.",
     &figures::owed},
}};

}  // namespace

cache_metrics::cache_metrics(observability::metrics& to, const cache::two_level* of) : of_(of) {
    if (of_ == nullptr) return;
    for (const auto& each : totals)
        counts_.push_back(to.count(each.name, each.help,
                                   each.level ? observability::labels{{"level", each.level}}
                                              : observability::labels{}));
    for (const auto& each : moments) gauges_.push_back(to.measure(each.name, each.help));
    to.before_scrape([this] { refresh(); });
}

void cache_metrics::refresh() {
    const auto now = of_->now();
    for (std::size_t i = 0; i < totals.size(); ++i)
        counts_[i].grow_to(static_cast<double>(now.*totals[i].of));
    for (std::size_t i = 0; i < moments.size(); ++i)
        gauges_[i].set(static_cast<double>(now.*moments[i].of));
}

}  // namespace headroom::service
