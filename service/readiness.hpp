// service/readiness.hpp: looks four times a second whether the database can be used and how far the
// projections are, so that no probe has to.
#pragma once
#include "headroom/observability/health.hpp"
#include "headroom/persistence/control.hpp"
#include "headroom/persistence/database.hpp"
#include "headroom/runtime/repeated_look.hpp"
#include "service/projecting.hpp"

namespace headroom::service {

/// A part: reports from its start to its stop, on the home reactor.
class readiness final : public part {
public:
    static constexpr std::chrono::milliseconds period_ms{250};

    /// Declares its checks. Everything outlives it.
    readiness(process& in, observability::health& to, persistence::database& db,
              const projecting& events);

    std::string_view name() const noexcept override { return "service.readiness"; }
    void start(deadline) override { looks_.start(); }
    void stop(deadline) noexcept override { looks_.stop(); }

private:
    void look();
    void look_at_projections();
    void look_at_fleet();
    void report(std::size_t check, observability::health_result found);

    observability::health& to_;
    const persistence::control& control_;
    persistence::database& db_;
    const budget::book& book_;
    const fleet::membership& fleet_;
    const projecting& events_;
    const std::size_t control_check_, lanes_check_, budget_check_, fleet_check_;
    redis::shared_server* const redis_;  // null: there is none
    std::optional<std::size_t> redis_check_, feed_check_;
    std::vector<std::size_t> projection_checks_;  // in the order of statuses()
    repeated_look looks_;
};

}  // namespace headroom::service
