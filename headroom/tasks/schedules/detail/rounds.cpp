#include "headroom/tasks/schedules/detail/rounds.hpp"

#include <algorithm>
#include <boost/assert.hpp>
#include <charconv>

#include "headroom/runtime/backoff.hpp"

namespace headroom::tasks::detail {
namespace {

using redis::command;
using redis::sending;
using std::chrono::floor;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_seconds;

constexpr seconds lists_ahead{2};  // a list of a minute is looked at so long before

std::int64_t digits_of(std::string_view text) {
    std::int64_t made = 0;
    std::from_chars(text.data(), text.data() + text.size(), made);
    return made;
}


}  // namespace

rounds::rounds(scheduler_ground on, scheduler_terms with)
    : io_(on.io), mux_(on.mux), log_(on.log), terms_(std::move(with)),
      shelf_(on.mux, terms_.prefix), known_(terms_.misfires), bell_(on.io), still_(on.io) {
    BOOST_ASSERT_MSG(!schedule_prefix_fault(terms_.prefix), "a prefix is checked where it is read");
    BOOST_ASSERT_MSG(!terms_.misfires.fault(), "a policy is checked where it is read");
    BOOST_ASSERT(terms_.queue_cap >= 1);
    BOOST_ASSERT(terms_.look_ms.count() >= 10 && terms_.refresh_ms >= terms_.look_ms);
}

task<void> rounds::open(deadline by) {
    (void)co_await mux_.run(command("TIME"), by, sending::repeatable);
    running_ = true;
    io_.spawn([self = shared_from_this()]() -> task<void> { co_await self->loop(); });
}

task<void> rounds::close(deadline) {
    stopping_ = true;
    bell_.ring();
    // Each call has its own bound.
    while (running_) co_await still_.wait(soon());
}

scheduler_figures rounds::figures() const {
    auto made = counts_;
    made.schedules = known_.size();
    made.faulty = static_cast<std::size_t>(std::ranges::count_if(
        known_.items(), [](const auto& each) { return !each.second.plan; }));
    made.never_due = static_cast<std::size_t>(std::ranges::count_if(
        known_.items(), [](const auto& each) { return each.second.plan && !each.second.next; }));
    return made;
}

void rounds::note(const std::exception& failure) {
    ++counts_.failures;
    if (counts_.last_error != failure.what())
        log_.warn("a scheduler's round failed", {{"why", failure.what()}});
    counts_.last_error = failure.what();
}

task<void> rounds::loop() {
    headroom::backoff pauses({milliseconds(20), milliseconds(100), milliseconds(1'000)}, random_);
    while (!stopping_) {
        auto next = clock::now();
        try {
            co_await round();
            pauses.reset();
            next = next_round();
        } catch (const std::exception& failure) {
            note(failure);
            look_at_ = refresh_at_ = {};  // much may have happened meanwhile
            next += pauses.next();
        }
        if (!stopping_) co_await bell_.wait(deadline(next));
    }
    running_ = false;
    still_.ring();
}

task<void> rounds::round() {
    if (look_at_ <= clock::now()) co_await look();
    if (refresh_asked_ || refresh_at_ <= clock::now()) co_await refresh();
    if (!cursor_.empty() || sweep_at_ <= clock::now()) co_await sweep();
    co_await fire();
}

rounds::clock::time_point rounds::next_round() const {
    if (!cursor_.empty()) return clock::now();
    auto at = std::min({look_at_, refresh_at_, sweep_at_});
    if (const auto due = known_.next()) at = std::min(at, steady_of(*due));
    return at;
}

// An answer has been on its way: what is known here is late, never early.
void rounds::heard(server_time now) {
    server_now_ = now;
    heard_at_ = clock::now();
}

sys_seconds rounds::now() const {
    const auto since = std::chrono::duration_cast<microseconds>(clock::now() - heard_at_);
    return floor<seconds>(server_now_ + since);
}

rounds::clock::time_point rounds::steady_of(sys_seconds server) const {
    const auto away = std::clamp<microseconds>(server - server_now_, -std::chrono::hours(1),
                                               std::chrono::hours(1));
    return heard_at_ + away;
}

task<void> rounds::look() {
    std::vector<command> unit;
    unit.emplace_back("TIME");
    unit.emplace_back("LLEN", shelf_.keys.cron());
    unit.emplace_back("LLEN", shelf_.keys.interval());
    unit.emplace_back("GET", shelf_.keys.version());
    const auto said = co_await mux_.run_unit(std::move(unit), soon(), sending::repeatable);
    redis::throw_if_error(said[0], "TIME");
    heard(server_time(seconds(digits_of(said[0][0].text())) +
                      microseconds(digits_of(said[0][1].text()))));
    std::string state;
    for (std::size_t i = 1; i < said.size(); ++i) {
        if (said[i].is() == redis::kind::number) state += std::to_string(said[i].number());
        if (said[i].is() == redis::kind::text) state += said[i].text();
        state += ' ';
    }
    if (std::exchange(state_, state) != state) refresh_asked_ = true;
    co_await look_at_minutes();
    look_at_ = clock::now() + terms_.look_ms;
}

task<void> rounds::look_at_minutes() {
    const auto last = floor<minutes>(now() + lists_ahead);
    auto first = floor<minutes>(now()) - minutes_back;
    if (seen_until_ + gap_max < first) sweep_at_ = {};  // also at the start
    else first = std::min(first, seen_until_);
    std::vector<std::string> lists;
    for (auto minute = first; minute <= last; minute += minutes(1))
        lists.push_back(shelf_.keys.time(minute));
    auto found = co_await shelf_.ids(std::move(lists), schedules_max, soon());
    std::erase_if(found, [&](const placed_id& each) { return known_.find(each.id) != nullptr; });
    co_await read(std::move(found));
    seen_until_ = last;
}

/// One step of it; what is due fires between two.
task<void> rounds::sweep() {
    const auto until = floor<seconds>(now() + lists_ahead);
    auto step = co_await shelf_.sweep(cursor_.empty() ? "0" : cursor_, until, soon());
    if (!step.lists.empty()) {
        auto found = co_await shelf_.ids(std::move(step.lists), schedules_max, soon());
        std::erase_if(found,
                      [&](const placed_id& each) { return known_.find(each.id) != nullptr; });
        co_await read(std::move(found));
    }
    cursor_ = step.cursor == "0" ? "" : std::move(step.cursor);
    if (cursor_.empty()) sweep_at_ = clock::now() + terms_.sweep_ms;
}

/// All that is listed, and all that is known.
task<void> rounds::refresh() {
    std::vector<std::string> lists{shelf_.keys.cron(), shelf_.keys.interval()};
    auto found = co_await shelf_.ids(lists, schedules_max, soon());
    for (const auto& [id, of] : known_.items()) found.insert({id, of.list});
    co_await read(std::move(found));
    ++counts_.refreshes;
    refresh_asked_ = false;
    refresh_at_ = clock::now() + terms_.refresh_ms;
}

task<void> rounds::read(std::set<placed_id> which) {
    const std::vector<placed_id> all(which.begin(), which.end());
    for (std::size_t from = 0; from < all.size(); from += shelf::read_max) {
        const auto to = std::min(all.size(), from + shelf::read_max);
        co_await learn(co_await shelf_.read({all.begin() + static_cast<std::ptrdiff_t>(from),
                                             all.begin() + static_cast<std::ptrdiff_t>(to)},
                                            soon()));
    }
}

/// Nothing has to be learned: it is as it was.
bool rounds::is_settled(const shelved_schedule& one) {
    const auto* known = known_.find(one.at.id);
    if (known == nullptr || known->bytes != one.bytes + one.fault) return false;
    if (!known->plan) return true;
    if (!known->plan->fires_once() && one.when != known->plan->when) return false;
    if (!known->plan->fires_once()) known_.passed(one.at.id, one.last);
    return true;
}

/// Well-formed, and hardly what its author meant: said once, until it is another.
void rounds::doubt(const shelved_schedule& one, const planned_schedule& plan) const {
    const auto* known = known_.find(one.at.id);
    if (!plan.of.cron || (known != nullptr && known->bytes == one.bytes)) return;
    const bool faults = plan.due.has_faults();
    if (!plan.due.next_after(now()))
        log_.warn("a schedule is never due",
                  {{"schedule_id", one.at.id},
                   {"why", faults ? "pycron cannot read its expression" : "it means no minute"}});
    else if (faults)
        log_.warn("a schedule is not due in some minutes",
                  {{"schedule_id", one.at.id}, {"why", "pycron cannot read its expression then"}});
}

/// Its plan; or none, and that is reported.
std::optional<planned_schedule> rounds::judged(const shelved_schedule& one) {
    auto why = one.fault;
    if (why.empty()) {
        auto plan = plan_schedule(one.at.id, one.bytes, terms_.planning);
        if (plan) {
            doubt(one, *plan);
            return std::move(*plan);
        }
        why = std::move(plan.error());
    }
    log_.warn("a schedule cannot be read", {{"schedule_id", one.at.id}, {"why", why}});
    known_.put_faulty(one.at.id, one.at.list, one.bytes + one.fault);
    return std::nullopt;
}

task<void> rounds::learn(std::vector<shelved_schedule> found) {
    std::vector<shelved_schedule> fresh;
    std::vector<planned_schedule> plans;
    std::vector<adoption> adoptions;
    for (auto& one : found) {
        if (!one.is_there) {
            known_.drop(one.at.id);
            co_await shelf_.tidy(one.at, "", soon());
            continue;
        }
        if (is_settled(one)) continue;
        if (known_.find(one.at.id) == nullptr && known_.size() + fresh.size() >= schedules_max) {
            if (!std::exchange(over_full_, true))
                log_.warn("there are too many schedules", {{"at_most", schedules_max}});
            continue;
        }
        auto plan = judged(one);
        if (!plan) continue;
        if (shelf_.keys.index_of(plan->of) != one.at.list) {  // of what it was before
            const auto* known = known_.find(one.at.id);
            if (known != nullptr && known->list == one.at.list) known_.drop(one.at.id);
            co_await shelf_.tidy(one.at, one.bytes, soon());
            continue;
        }
        if (plan->fires_once()) {
            const auto before = plan->before_first();
            known_.put(one.at.id, one.at.list, one.bytes, std::move(*plan), before);
            continue;
        }
        adoptions.push_back({one.at.id, plan->when, plan->look_back(), plan->kept_after(now())});
        plans.push_back(std::move(*plan));
        fresh.push_back(std::move(one));
    }
    if (fresh.empty()) co_return;
    const auto lasts = co_await shelf_.adopt(std::move(adoptions), soon());
    for (std::size_t i = 0; i < fresh.size(); ++i)
        known_.put(fresh[i].at.id, fresh[i].at.list, fresh[i].bytes, std::move(plans[i]),
                   lasts[i]);
}

}  // namespace headroom::tasks::detail
