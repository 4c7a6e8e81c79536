#include "service/work_watch.hpp"

namespace headroom::service {
namespace {

using observability::health_result;
using observability::health_status;

observability::health_terms check_of_work(std::string name) {
    observability::health_terms made;
    made.name = std::move(name);
    made.for_readiness = false;
    made.stale_after = std::chrono::seconds(10);
    return made;
}

health_result seen(const tasks::worker_figures& of) {
    return {of.paused ? health_status::warn : health_status::pass,
            static_cast<double>(of.in_hand), "tasks in hand", of.paused ? "paused" : ""};
}

}  // namespace

work_watch::work_watch(reactor& home, observability::health& to, const working& of)
    : to_(to), of_(of), worker_check_(to.declare(check_of_work("tasks:worker"))),
      outbox_check_(to.declare(check_of_work("tasks:outbox"))),
      looks_(home, period_ms, [this] { look(); }) {}

void work_watch::look() {
    const auto relay = of_.relay_figures();
    const bool failed = std::exchange(failed_, relay.failed) != relay.failed;
    const auto now = deadline::clock::now();
    const auto wall = std::chrono::system_clock::now();
    to_.report(worker_check_, seen(of_.worker_figures()), now, wall);
    to_.report(outbox_check_,
               {failed ? health_status::warn : health_status::pass,
                static_cast<double>(relay.sent), "tasks brought", failed ? relay.last_error : ""},
               now, wall);
}

}  // namespace headroom::service
