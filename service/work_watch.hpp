// service/work_watch.hpp: looks once a second how a worker and its relay are, so that no probe has
// to.
#pragma once
#include "headroom/observability/health.hpp"
#include "headroom/runtime/repeated_look.hpp"
#include "service/working.hpp"

namespace headroom::service {

/// A part: reports from its start to its stop, on the home reactor. Those on call are told of a
/// queue that is paused and of rows that cannot be brought; nobody is sent away for it.
class work_watch final : public part {
public:
    static constexpr std::chrono::milliseconds period_ms{1'000};

    /// Declares its checks. Everything outlives it.
    work_watch(reactor& home, observability::health& to, const working& of);

    std::string_view name() const noexcept override { return "service.work_watch"; }
    void start(deadline) override { looks_.start(); }
    void stop(deadline) noexcept override { looks_.stop(); }

private:
    void look();

    observability::health& to_;
    const working& of_;
    const std::size_t worker_check_, outbox_check_;
    std::uint64_t failed_ = 0;  // of the relay, at the last look
    repeated_look looks_;
};

}  // namespace headroom::service
