#include "service/schedule_watch.hpp"

#include <fmt/format.h>

#include "service/redis_health.hpp"

namespace headroom::service {
namespace {

using observability::health_result;
using observability::health_status;

observability::health_terms check_of_schedules(std::string name) {
    observability::health_terms made;
    made.name = std::move(name);
    made.stale_after = std::chrono::seconds(10);
    return made;
}

health_result seen(const tasks::scheduler_figures& of, bool troubled) {
    health_result made{health_status::pass, static_cast<double>(of.schedules), "schedules", ""};
    if (of.faulty > 0) made.detail = fmt::format("{} cannot be read", of.faulty);
    if (of.never_due > 0)
        made.detail += fmt::format("{}{} can never be due", made.detail.empty() ? "" : ", ",
                                   of.never_due);
    if (troubled) made.detail = of.last_error;
    if (!made.detail.empty()) made.status = health_status::warn;
    return made;
}

}  // namespace

schedule_watch::schedule_watch(reactor& home, observability::health& to,
                               observability::metrics& counts, const redis::mux& over,
                               const scheduling& of)
    : to_(to), over_(over), of_(of), counts_(counts),
      redis_check_(to.declare(check_of_schedules("redis:shared"))),
      scheduler_check_(to.declare(check_of_schedules("tasks:scheduler"))),
      looks_(home, period_ms, [this] { look(); }) {}

void schedule_watch::look() {
    const auto now = of_.figures();
    counts_.show(now);
    const auto troubles = now.failures + now.full;
    const bool troubled = std::exchange(troubles_, troubles) != troubles;
    const auto at = deadline::clock::now();
    const auto wall = std::chrono::system_clock::now();
    to_.report(redis_check_, health_of(over_.figures()), at, wall);
    to_.report(scheduler_check_, seen(now, troubled), at, wall);
}

}  // namespace headroom::service
