#include "headroom/tasks/worker.hpp"

#include <boost/assert.hpp>

#include "headroom/runtime/on_reactor.hpp"
#include "headroom/tasks/detail/pump.hpp"

namespace headroom::tasks {

worker::worker(worker_ground on, handlers all, worker_terms with)
    : io_(on.io), pump_(std::make_shared<detail::pump>(std::move(on), std::move(all),
                                                       std::move(with))) {}

worker::~worker() = default;

void worker::start(deadline by) {
    io_.run_blocking([this, by] { return open(by); });
}

void worker::stop(deadline drain_until) noexcept {
    io_.run_blocking([this, drain_until] { return close(drain_until); });
}

task<void> worker::open(deadline by) { return pump_->open(by); }

task<void> worker::close(deadline drain_until) { return pump_->close(drain_until); }

const std::string& worker::consumer() const noexcept { return pump_->consumer(); }

worker_figures worker::figures() const { return pump_->figures(); }

std::vector<limit_figures> worker::limits() const { return pump_->limits(); }

}  // namespace headroom::tasks
