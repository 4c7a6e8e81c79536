// Who runs what: session locks on the control connection, and what a look at the rows shows.
#include <algorithm>

#include "headroom/eventsourcing/detail/failure.hpp"
#include "headroom/eventsourcing/detail/projections_body.hpp"
#include "headroom/persistence/advisory_locks.hpp"

namespace headroom::eventsourcing {
namespace {

using namespace std::chrono_literals;
using detail::runner;
using persistence::advisory_lock;
using persistence::lock_class;

constexpr auto look_ms = 1'000ms;      // at rows we own: for what no notification told
constexpr auto statement_ms = 1'000ms;
constexpr std::size_t steps_a_unit = 256;

}  // namespace

bool projections::body::owns_all() const {
    return std::ranges::all_of(runners, [](const auto& each) { return each->owned(); });
}

task<void> projections::body::watch_ownership() {
    while (!stopping) {
        std::string trouble;
        try {
            co_await listen();
            co_await ensure_rows();
            co_await look();
        } catch (const std::exception&) {  // tried again at the next look
            trouble = detail::explain_failure(std::current_exception()).reason;
        }
        for (const auto& each : runners) each->troubled(trouble);
        const auto pause = owns_all() ? look_ms : shared.bounds.takeover_poll_ms;
        if (!stopping) co_await changed.wait(deadline::after(pause));
    }
    --jobs;
}

task<void> projections::body::listen() {
    if (listening || !control.connected()) co_return;
    const std::weak_ptr<body> self = weak_from_this();
    channel = co_await control.listen(
        persistence::identifier::parse(detail::projections_channel).value(),
        [self](const persistence::notification& what) {
            if (const auto alive = self.lock()) alive->hear(what);
        },
        deadline::after(statement_ms));
    listening = true;
}

void projections::body::hear(const persistence::notification& what) {
    const std::string_view said = what.payload;
    if (!said.starts_with(detail::ask_prefix)) return changed.ring();
    for (auto* each : named(said.substr(detail::ask_prefix.size()))) each->asked();
}

task<void> projections::body::ensure_rows() {
    if (ensured) co_return;
    budget::holder by("eventsourcing.projections");
    auto lent = co_await pool->take(by, deadline::after(statement_ms));
    if (!lent) throw budget::refused(std::move(lent.error()));
    std::vector<persistence::step> steps;
    for (const auto& each : runners) {
        steps.push_back(detail::ensure_checkpoint(each->key()));
        if (steps.size() < steps_a_unit) continue;
        co_await lent->run_unit(std::exchange(steps, {}), deadline::after(statement_ms));
    }
    if (!steps.empty())
        co_await lent->run_unit(std::move(steps), deadline::after(statement_ms));
    ensured = true;
}

persistence::parameters projections::body::keys() const {
    persistence::parameters list;
    list.add(std::span<const std::string>(names));
    list.add(std::span<const std::int64_t>(versions));
    return list;
}

task<void> projections::body::look() {
    auto values = keys();
    values.add(static_cast<std::int64_t>(lock_class::leader));
    const auto rows = co_await on.lanes().reads().send(
        std::nullopt, detail::look_at_checkpoints, std::move(values),
        deadline::after(statement_ms));
    const auto seen = rows.all<detail::checkpoint_look>();
    ensured = seen.size() == runners.size();  // a row may have been deleted under us
    for (const auto& row : seen)
        for (const auto& each : runners)
            if (each->key().name == row.name && each->key().version == row.version)
                co_await meet(*each, row);
}

task<void> projections::body::meet(runner& each, const detail::checkpoint_look& seen) {
    each.learn(seen);
    if (each.owned() || seen.locked || stopping || !control.connected()) co_return;
    const advisory_lock lock{lock_class::leader, seen.lock_id};
    if (control.holds(lock)) co_return each.own(seen.lock_id);
    if (co_await control.try_lock(lock, deadline::after(statement_ms))) each.own(seen.lock_id);
}

void projections::body::lose_all() {
    for (const auto& each : runners) each->disown();
    changed.ring();
}

// The row first: whoever takes the lock next should find it released. Then the lock, then the news.
task<void> projections::body::release_all(deadline until) {
    std::vector<persistence::step> steps;
    for (const auto& each : runners)
        if (auto one = each->release()) steps.push_back(std::move(*one));
    if (steps.empty()) co_return;
    budget::holder by("eventsourcing.projections");
    auto lent = co_await pool->take(by, until);
    if (!lent) throw budget::refused(std::move(lent.error()));
    for (std::size_t at = 0; at < steps.size(); at += steps_a_unit) {
        const auto end = std::min(steps.size(), at + steps_a_unit);
        co_await lent->run_unit({std::make_move_iterator(steps.begin() + static_cast<long>(at)),
                                 std::make_move_iterator(steps.begin() + static_cast<long>(end))},
                                until);
    }
}

task<void> projections::body::tell(std::string payload) {
    co_await on.lanes().run(detail::tell_projections, deadline::after(statement_ms), payload);
}

}  // namespace headroom::eventsourcing
