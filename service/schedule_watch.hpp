// service/schedule_watch.hpp: looks once a second how a scheduler and its Redis are, so that no
// probe and no scrape has to.
#pragma once
#include "headroom/observability/health.hpp"
#include "headroom/runtime/repeated_look.hpp"
#include "service/schedule_metrics.hpp"
#include "service/scheduling.hpp"

namespace headroom::service {

/// A part: reports from its start to its stop, on the home reactor. Those on call are told of
/// schedules that cannot be read, or can never be due, and of a Redis that is away.
class schedule_watch final : public part {
public:
    static constexpr std::chrono::milliseconds period_ms{1'000};

    /// Declares its checks. Everything outlives it.
    schedule_watch(reactor& home, observability::health& to, observability::metrics& counts,
                   const redis::mux& over, const scheduling& of);

    std::string_view name() const noexcept override { return "service.schedule_watch"; }
    void start(deadline) override { looks_.start(); }
    void stop(deadline) noexcept override { looks_.stop(); }

private:
    void look();

    observability::health& to_;
    const redis::mux& over_;
    const scheduling& of_;
    schedule_metrics counts_;
    const std::size_t redis_check_, scheduler_check_;
    std::uint64_t troubles_ = 0;  // rounds that failed and queues that were full, at the last look
    repeated_look looks_;
};

}  // namespace headroom::service
