#include "headroom/observability/health.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::observability {
namespace {

// What a row of results means: a single failure does not flip a check that stood well.
health_status after(health_status shown, const health_terms& terms, health_status found,
                    unsigned failures, unsigned passes) {
    if (found == health_status::fail)
        return failures >= terms.failures_to_fail ? health_status::fail
                                                  : worse(shown, health_status::warn);
    return shown == health_status::fail && passes < terms.passes_to_pass ? shown : found;
}

}  // namespace

std::string_view to_string(health_status of) noexcept {
    switch (of) {
        case health_status::pass:
            return "pass";
        case health_status::warn:
            return "warn";
        case health_status::fail:
            return "fail";
    }
    return "fail";
}

health_status worse(health_status a, health_status b) noexcept { return std::max(a, b); }

std::size_t health::declare(health_terms terms) {
    BOOST_ASSERT(terms.failures_to_fail > 0 && terms.passes_to_pass > 0);
    std::scoped_lock lock(mutex_);
    BOOST_ASSERT(entries_.size() < health_checks_max);
    entries_.push_back({});
    entries_.back().terms = std::move(terms);
    return entries_.size() - 1;
}

void health::report(std::size_t check, health_result found, instant now,
                    std::chrono::system_clock::time_point wall) {
    std::scoped_lock lock(mutex_);
    BOOST_ASSERT(check < entries_.size());
    auto& of = entries_[check];
    const bool failed = found.status == health_status::fail;
    of.failures = failed ? of.failures + 1 : 0;
    of.passes = failed ? 0 : of.passes + 1;
    // The first result of all is taken at its word: there is nothing yet to protect.
    of.shown = of.reported ? after(of.shown, of.terms, found.status, of.failures, of.passes)
                           : found.status;
    of.reported = true;
    of.since = now;
    of.at = wall;
    if (found.detail.size() > health_detail_max) found.detail.resize(health_detail_max);
    of.last = std::move(found);
}

void health::started() noexcept {
    std::scoped_lock lock(mutex_);
    started_ = true;
}

void health::draining() noexcept {
    std::scoped_lock lock(mutex_);
    draining_ = true;
}

health_status health::standing(const entry& of, instant now) {
    const bool known = of.reported && now - of.since <= of.terms.stale_after;
    return known ? of.shown : health_status::fail;
}

bool health::ready_locked(instant now) const {
    return started_ && !draining_ && std::ranges::none_of(entries_, [&](const entry& each) {
               return each.terms.for_readiness && standing(each, now) == health_status::fail;
           });
}

bool health::ready(instant now) const {
    std::scoped_lock lock(mutex_);
    return ready_locked(now);
}

health_status health::status(instant now) const {
    std::scoped_lock lock(mutex_);
    auto worst = ready_locked(now) ? health_status::pass : health_status::fail;
    for (const auto& each : entries_) {
        const auto stands = standing(each, now);
        // A failed check that readiness does not need leaves the process degraded, not down.
        worst =
            worse(worst, each.terms.for_readiness ? stands : std::min(stands, health_status::warn));
    }
    return worst;
}

std::vector<health_view> health::checks(instant now) const {
    std::scoped_lock lock(mutex_);
    std::vector<health_view> all;
    for (const auto& each : entries_) {
        const auto age = std::chrono::duration_cast<std::chrono::milliseconds>(now - each.since);
        const bool stale = !each.reported || age > each.terms.stale_after;
        all.push_back({each.terms, standing(each, now), each.last, each.reported, stale, each.at,
                       each.reported ? age : std::chrono::milliseconds(0)});
    }
    return all;
}

bool health::is_started() const noexcept {
    std::scoped_lock lock(mutex_);
    return started_;
}

bool health::is_draining() const noexcept {
    std::scoped_lock lock(mutex_);
    return draining_;
}

}  // namespace headroom::observability
