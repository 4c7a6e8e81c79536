#include "service/readiness.hpp"

#include <fmt/format.h>

#include "service/redis_health.hpp"

namespace headroom::service {
namespace {

using observability::health_result;
using observability::health_status;

// A read model that stands still answers with what it has: nobody is sent away for it, but those on
// call are told.
health_status status_of(const eventsourcing::projection_status& of) {
    using enum eventsourcing::projection_state;
    if (of.state == stopped || of.state == retrying) return health_status::fail;
    const bool well = of.state != paused && of.parked == 0 && of.trouble.empty();
    return well ? health_status::pass : health_status::warn;
}

std::string explained(const eventsourcing::projection_status& of) {
    return fmt::format("{}, at {}, {} ms behind, {} parked{}{}", eventsourcing::to_string(of.state),
                       of.position, of.lag.count(), of.parked, of.trouble.empty() ? "" : ": ",
                       of.trouble);
}

std::string explained(const eventsourcing::feed_stall& of) {
    return fmt::format("{} is held back by pid {} ({}), open for {} ms", of.at, of.pid,
                       of.application_name, of.age.count());
}

static_assert(eventsourcing::projection_runners_most + 9 <= observability::health_checks_max);

// Control is for those on call; whether requests can be answered is a matter of lanes.
observability::health_terms terms(std::string name, bool for_readiness) {
    observability::health_terms made;
    made.name = std::move(name);
    made.for_readiness = for_readiness;
    made.failures_to_fail = 2;
    made.stale_after = std::chrono::seconds(5);
    return made;
}

}  // namespace

readiness::readiness(process& in, observability::health& to, persistence::database& db,
                     const projecting& events)
    : to_(to), control_(in.control()), db_(db), book_(in.book()), fleet_(in.fleet()),
      events_(events),
      control_check_(to.declare(terms("postgres:control", false))),
      lanes_check_(to.declare(terms("postgres:lanes", true))),
      budget_check_(to.declare(terms("postgres:connections", false))),
      fleet_check_(to.declare(terms("fleet:reservation", false))), redis_(in.redis()),
      looks_(in.home(), period_ms, [this] { look(); }) {
    if (redis_ != nullptr) redis_check_ = to.declare(terms("redis:shared", false));
    if (!events.runs()) return;
    feed_check_ = to.declare(terms("events:head", false));
    for (const auto& each : events.statuses())
        projection_checks_.push_back(to.declare(terms("projection:" + each.name, false)));
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
    look_at_fleet();
    if (redis_check_) report(*redis_check_, health_of(redis_->shared().figures()));
    if (feed_check_) look_at_projections();
}

void readiness::look_at_fleet() {
    const auto now = fleet_.figures();
    const bool well = now.phase == fleet::member_phase::member && !now.safe_mode;
    std::string what;
    if (now.safe_mode) what = "the ledger cannot be reached: nothing grows";
    else if (!well) what = fmt::format("{}: nothing opens", fleet::to_string(now.phase));
    report(fleet_check_, {well ? health_status::pass : health_status::warn,
                          static_cast<double>(now.reservation), "connections", std::move(what)});
}

void readiness::look_at_projections() {
    const auto feed = events_.feed().value();
    report(*feed_check_, {feed.stall ? health_status::warn : health_status::pass,
                          static_cast<double>(feed.head), "position",
                          feed.stall ? explained(*feed.stall) : ""});
    const auto all = events_.statuses();
    for (std::size_t i = 0; i < all.size() && i < projection_checks_.size(); ++i)
        report(projection_checks_[i], {status_of(all[i]), static_cast<double>(all[i].lag_events),
                                       "events behind", explained(all[i])});
}

void readiness::report(std::size_t check, health_result found) {
    to_.report(check, std::move(found), deadline::clock::now(), std::chrono::system_clock::now());
}

}  // namespace headroom::service
