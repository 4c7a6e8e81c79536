// service/parts.hpp: what the service adds to the parts its packages bring.
#pragma once
#include "headroom/http/server.hpp"
#include "headroom/observability/health.hpp"
#include "headroom/observability/logger.hpp"
#include "headroom/observability/process_metrics.hpp"
#include "headroom/persistence/control.hpp"
#include "headroom/runtime/part.hpp"

namespace headroom::service {

/// Tells probes what the process is about. Started last, stopped first: readiness goes off the
/// moment a stop is asked for, while the server still accepts.
class announcement final : public part {
public:
    /// `management`: null where it has no port of its own. `projections`: that run here; `threads`:
    /// that the plan has.
    announcement(const http::server& server, const http::server* management,
                 observability::health& health, const observability::logger& log,
                 std::size_t projections, std::uint64_t threads)
        : server_(server), management_(management), health_(health), log_(log),
          projections_(projections), threads_(threads) {}

    std::string_view name() const noexcept override { return "service.announcement"; }
    void start(deadline) override {
        health_.started();
        log_.info("ready", {{"port", server_.port()},
                            {"management_port", management_ != nullptr ? management_->port() : 0},
                            {"projections", projections_},
                            {"threads", observability::read_process_figures().threads.value_or(0)},
                            {"threads_planned", threads_}});
    }
    void stop(deadline) noexcept override {
        health_.draining();
        log_.info("draining");
    }

private:
    const http::server& server_;
    const http::server* const management_;
    observability::health& health_;
    const observability::logger& log_;
    const std::size_t projections_;
    const std::uint64_t threads_;
};

/// Control is opened by admission, before the parts; it is stopped after all of them.
class control_part final : public part {
public:
    control_part(reactor& home, persistence::control& of) : home_(home), of_(of) {}
    ~control_part() override { stop(deadline::after(stop_ms_max)); }
    control_part(const control_part&) = delete;
    control_part& operator=(const control_part&) = delete;

    std::string_view name() const noexcept override { return "persistence.control"; }
    void start(deadline) override {}
    void stop(deadline until) noexcept override {
        home_.run_blocking([this, until] { return of_.stop(until.at_most(stop_ms_max)); });
    }

private:
    static constexpr std::chrono::milliseconds stop_ms_max{2'000};
    reactor& home_;
    persistence::control& of_;
};

}  // namespace headroom::service
