// sign_in/sign_in_metrics.hpp: how sign-ins end, how many are under way, and how often tokens of
// sessions are renewed.
#pragma once
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "headroom/auth/oidc/rotating_refresh.hpp"
#include "headroom/observability/shown_figures.hpp"

namespace headroom::service::sign_in {

/// `to` outlives it. Usable from every reactor.
class sign_in_metrics {
public:
    explicit sign_in_metrics(observability::metrics& to);
    sign_in_metrics(const sign_in_metrics&) = delete;
    sign_in_metrics& operator=(const sign_in_metrics&) = delete;

    /// `what` is one of our words; each is a series.
    void count(std::string_view what);
    /// By one caller at a time.
    void show(const auth::rotation_figures& now) { renewals_.show(now); }
    void show_pending(std::uint64_t now, std::size_t limit);

private:
    observability::metrics& to_;
    observability::shown_figures<auth::rotation_figures> renewals_;
    observability::gauge pending_, pending_max_;
    std::mutex mutex_;
    std::map<std::string, observability::counter, std::less<>> ends_;  // guarded by mutex_
};

}  // namespace headroom::service::sign_in
