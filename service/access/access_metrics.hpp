// access/access_metrics.hpp: who was turned away, and how well what is remembered serves.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "headroom/auth/token_verifier.hpp"
#include "headroom/observability/metrics.hpp"
#include "service/access/memory.hpp"

namespace headroom::service::access {

/// All references, and this, outlive the last scrape. Usable from every reactor.
class access_metrics {
public:
    access_metrics(observability::metrics& to, const auth::token_verifier& tokens,
                   const memory& kept);
    access_metrics(const access_metrics&) = delete;
    access_metrics& operator=(const access_metrics&) = delete;

    /// `reason` is one of our words; each is a series.
    void refused(std::string_view reason);

private:
    struct cache_series {
        observability::counter hits, misses, evictions;
        observability::gauge entries;
    };
    static cache_series series_of(observability::metrics& to, const char* what);
    void refresh();

    observability::metrics& to_;
    const auth::token_verifier& verifier_;
    const memory& kept_;
    cache_series tokens_, tenants_, keys_;
    std::mutex mutex_;
    std::map<std::string, observability::counter, std::less<>> refusals_;  // guarded by mutex_
};

}  // namespace headroom::service::access
