#include "headroom/tasks/schedules/scheduler.hpp"

#include "headroom/runtime/on_reactor.hpp"
#include "headroom/tasks/schedules/detail/rounds.hpp"

namespace headroom::tasks {

scheduler::scheduler(scheduler_ground on, scheduler_terms with)
    : io_(on.io), rounds_(std::make_shared<detail::rounds>(std::move(on), std::move(with))) {}

scheduler::~scheduler() = default;

void scheduler::start(deadline by) {
    io_.run_blocking([this, by] { return open(by); });
}

void scheduler::stop(deadline drain_until) noexcept {
    io_.run_blocking([this, drain_until] { return close(drain_until); });
}

task<void> scheduler::open(deadline by) { return rounds_->open(by); }

task<void> scheduler::close(deadline drain_until) { return rounds_->close(drain_until); }

scheduler_figures scheduler::figures() const { return rounds_->figures(); }

}  // namespace headroom::tasks
