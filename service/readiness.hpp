// service/readiness.hpp: looks every second whether the database can be used, so that no probe has
// to.
#pragma once
#include "headroom/observability/health.hpp"
#include "headroom/persistence/control.hpp"
#include "headroom/persistence/database.hpp"

namespace headroom::service {

/// A part: reports from its start to its stop, on the home reactor.
class readiness final : public part {
public:
    static constexpr std::chrono::milliseconds period_ms{250};

    /// Declares its checks. Everything outlives it.
    readiness(reactor& home, observability::health& to, const persistence::control& control,
              persistence::database& db, const budget::book& book);

    std::string_view name() const noexcept override { return "service.readiness"; }
    void start(deadline by) override;
    void stop(deadline drain_until) noexcept override;

private:
    void look();
    void report(std::size_t check, observability::health_result found);

    reactor& home_;
    observability::health& to_;
    const persistence::control& control_;
    persistence::database& db_;
    const budget::book& book_;
    const std::size_t control_check_, lanes_check_, budget_check_;
    alarm next_;
    bool started_ = false;
};

}  // namespace headroom::service
