#include "service/readiness.hpp"

namespace headroom::service {
namespace {

using observability::health_result;
using observability::health_status;

// Control is for those on call; whether requests can be answered is a matter of lanes.
observability::health_terms terms(const char* name, bool for_readiness) {
    observability::health_terms made;
    made.name = name;
    made.for_readiness = for_readiness;
    made.failures_to_fail = 2;
    made.stale_after = std::chrono::seconds(5);
    return made;
}

}  // namespace

readiness::readiness(reactor& home, observability::health& to, const persistence::control& control,
                     persistence::database& db, const budget::book& book)
    : home_(home), to_(to), control_(control), db_(db), book_(book),
      control_check_(to.declare(terms("postgres:control", false))),
      lanes_check_(to.declare(terms("postgres:lanes", true))),
      budget_check_(to.declare(terms("postgres:connections", false))), next_([this] { look(); }) {}

void readiness::start(deadline) {
    home_.run_blocking([this]() -> task<void> {
        look();
        co_return;
    });
    started_ = true;
}

void readiness::stop(deadline) noexcept {
    if (!std::exchange(started_, false)) return;
    home_.run_blocking([this]() -> task<void> {
        next_.disarm();
        co_return;
    });
}

void readiness::look() {
    const auto lanes = db_.lanes().figures();
    const bool up = control_.connected();
    report(control_check_, {up ? health_status::pass : health_status::warn, {}, "",
                            up ? "" : "control is not connected"});
    report(lanes_check_, {lanes.lanes > 0 ? health_status::pass : health_status::fail,
                          static_cast<double>(lanes.lanes), "lanes",
                          lanes.lanes > 0 ? "" : "no lane is connected"});
    for (const auto& each : book_.snapshot())
        if (each.resource == "postgres")
            report(budget_check_,
                   {health_status::pass, static_cast<double>(each.held), "connections", ""});
    home_.arm(next_, deadline::after(period_ms));
}

void readiness::report(std::size_t check, health_result found) {
    to_.report(check, std::move(found), deadline::clock::now(), std::chrono::system_clock::now());
}

}  // namespace headroom::service
