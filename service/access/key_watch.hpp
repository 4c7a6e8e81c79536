// access/key_watch.hpp: how the keys of each issuer are, for readiness and in metrics.
#pragma once
#include "headroom/auth/key_sources.hpp"
#include "headroom/observability/health.hpp"
#include "headroom/observability/metrics.hpp"
#include "headroom/runtime/part.hpp"
#include "headroom/runtime/repeated_look.hpp"

namespace headroom::service::access {

/// What one issuer's figures mean: stale keys, a failing fetch and keys that were refused are
/// warnings; no keys that can be used is a failure where no other issuer has any either, as nobody
/// signs in by a token then. One tenant's provider that is away is not every tenant's outage.
observability::health_result health_of(const auth::key_source_figures& of, bool others_usable);

/// Reports from its start to its stop, on the home reactor.
class key_watch final : public part {
public:
    static constexpr std::chrono::milliseconds period_ms{500};

    /// Declares its checks and series. Everything outlives it, and the last scrape.
    key_watch(reactor& home, const auth::key_sources& of, observability::health& to,
              observability::metrics& also);

    std::string_view name() const noexcept override { return "service.key_watch"; }
    void start(deadline) override { looks_.start(); }
    void stop(deadline) noexcept override { looks_.stop(); }

private:
    struct shown {
        const auth::key_source* source;
        std::size_t check;
        observability::gauge freshness, keys, refused;
        observability::counter fetches, failures;
    };
    void look();
    void refresh();

    observability::health& to_;
    std::vector<shown> all_;
    repeated_look looks_;
};

}  // namespace headroom::service::access
