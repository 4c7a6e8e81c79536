// service/scheduling.hpp: the scheduler of a process, and the schedules that are the service's own.
#pragma once
#include "headroom/tasks/schedules/scheduler.hpp"
#include "service/settings.hpp"

namespace headroom::service {

/// A part. All references outlive it.
class scheduling final : public part {
public:
    /// `over` lives on `home`.
    scheduling(reactor& home, redis::mux& over, const settings& with,
               const observability::logger& log);

    std::string_view name() const noexcept override { return "service.scheduling"; }
    /// Stores the service's own schedules, then begins to send.
    void start(deadline by) override;
    void stop(deadline drain_until) noexcept override { scheduler_.stop(drain_until); }

    /// On `home`.
    tasks::scheduler_figures figures() const { return scheduler_.figures(); }

private:
    task<void> store_own(deadline by);

    reactor& home_;
    redis::mux& over_;
    const settings& with_;
    const tasks::settings names_;  // with those that hold in this Redis
    tasks::scheduler scheduler_;
};

}  // namespace headroom::service
