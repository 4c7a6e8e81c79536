#include "service/access/access_metrics.hpp"

namespace headroom::service::access {
namespace {

template <class Series, class Figures>
void show_cache(Series& to, const Figures& now) {
    to.hits.grow_to(static_cast<double>(now.hits));
    to.misses.grow_to(static_cast<double>(now.misses));
    to.evictions.grow_to(static_cast<double>(now.evictions));
    to.entries.set(static_cast<double>(now.entries));
}

}  // namespace

access_metrics::access_metrics(observability::metrics& to, const auth::token_verifier& tokens,
                               const memory& kept)
    : to_(to), verifier_(tokens), kept_(kept), tokens_(series_of(to, "tokens")),
      tenants_(series_of(to, "tenants")), keys_(series_of(to, "api_keys")) {
    to.before_scrape([this] { refresh(); });
}

access_metrics::cache_series access_metrics::series_of(observability::metrics& to,
                                                       const char* what) {
    const observability::labels of{{"cache", what}};
    return {to.count("headroom_auth_cache_hits_total", "Answers that were remembered.", of),
            to.count("headroom_auth_cache_misses_total", "Answers that were not.", of),
            to.count("headroom_auth_cache_evictions_total", "Given up for others.", of),
            to.measure("headroom_auth_cache_entries", "Remembered at present.", of)};
}

void access_metrics::refused(std::string_view reason) {
    const std::scoped_lock lock(mutex_);
    auto found = refusals_.find(reason);
    if (found == refusals_.end())
        found = refusals_
                    .try_emplace(std::string(reason),
                                 to_.count("headroom_auth_refusals_total",
                                           "Requests refused for their credentials or rights.",
                                           {{"reason", std::string(reason)}}))
                    .first;
    found->second.add();
}

void access_metrics::refresh() {
    show_cache(tokens_, verifier_.cache_figures());
    show_cache(tenants_, kept_.tenants.figures());
    show_cache(keys_, kept_.keys.figures());
}

}  // namespace headroom::service::access
