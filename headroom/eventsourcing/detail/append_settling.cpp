// What becomes of a batch: recorded, refused, looked up, or sent again.
#include "headroom/eventsourcing/detail/append_driver.hpp"

namespace headroom::eventsourcing::detail {

using persistence::connection_lost;
using persistence::rows;
using persistence::server_error;
using persistence::session;
namespace sqlstate = persistence::sqlstate;

namespace {

constexpr std::string_view versions_key = "headroom_events_pkey";
constexpr std::string_view ids_key = "headroom_events_event_id_idx";

/// A transaction is not begun in order to be cancelled at once.
constexpr std::chrono::milliseconds attempt_ms_min{20};

/// The transaction was rolled back for what others did meanwhile; it may fare better next time.
bool is_passing(const server_error& failure) {
    return failure.is(sqlstate::deadlock_detected) || failure.is(sqlstate::serialization_failure);
}

/// One of our own two: another writer was faster, or an event of this id exists.
bool is_ours(const server_error& failure) {
    return failure.is(sqlstate::unique_violation) &&
           (failure.constraint() == versions_key || failure.constraint() == ids_key);
}

}  // namespace

// The latest of its callers', and a bound of our own: a connection that has gone silent is given up
// while there is still time to ask on another.
deadline append_driver::until_of(const std::vector<entry>& batch) const {
    auto latest = batch.front()->until;
    for (const auto& each : batch) latest = std::max(latest, each->until);
    return std::max(latest, deadline::after(attempt_ms_min)).at_most(with_.within.attempt_ms_max);
}

task<std::vector<rows>> append_driver::send(session& on, const std::vector<entry>& batch,
                                            deadline until) {
    counts_.transactions.fetch_add(1, std::memory_order_relaxed);
    std::vector<rows> answers;
    const auto& guards = batch.front()->what.guards;
    if (guards.empty()) {
        answers.push_back(co_await on.run_with(append_events, append_values(batch), until));
        co_return answers;
    }
    std::vector<persistence::step> steps;
    for (const auto& each : guards) steps.push_back({&each.text, each.values});
    steps.push_back({&append_events, append_values(batch)});
    steps.push_back({&confirm_event, confirm_values(*batch.front())});
    answers = co_await on.run_unit(std::move(steps), until);
    answers.erase(answers.begin(), answers.end() - 2);
    co_return answers;
}

task<void> append_driver::attempt(session& on, const std::vector<entry>& batch) {
    std::optional<server_error> refused;
    std::vector<rows> answer;
    try {
        answer = co_await send(on, batch, until_of(batch));
    } catch (const server_error& failure) {
        refused = failure;
    }
    if (refused) {
        co_await settle_error(on, batch, *refused);
        co_return;
    }
    trouble_.clear();
    std::vector<entry> moved;
    std::vector<version_conflict> how;
    auto all = read_append(batch, answer.front());
    announce(all);
    for (std::size_t i = 0; i < batch.size(); ++i) {
        if (all[i].conflict) {
            moved.push_back(batch[i]);
            how.push_back(*all[i].conflict);
        } else {
            record(*batch[i], std::move(all[i].positions), false);
        }
    }
    if (!moved.empty()) co_await settle_moved(on, std::move(moved), std::move(how));
}

void append_driver::announce(const std::vector<append_answer>& committed) {
    log_position last = 0;
    for (const auto& each : committed)
        if (!each.positions.empty()) last = std::max(last, each.positions.back());
    if (last == 0) return;
    pace_.note(last);
    if (with_.listener) with_.listener(last);
}

void append_driver::record(append_entry& one, std::vector<log_position> positions, bool repeated) {
    (repeated ? counts_.repeated : counts_.appends).fetch_add(1, std::memory_order_relaxed);
    if (!repeated) counts_.events.fetch_add(positions.size(), std::memory_order_relaxed);
    waiting_.done(one, deadline::clock::now());
    settle(one, answer(appended{std::move(positions), repeated}));
}

// The answer to the first time may have been lost, and with it what was to be told.
void append_driver::repeat(append_entry& one, std::vector<log_position> positions) {
    announce({{positions, std::nullopt}});
    record(one, std::move(positions), true);
}

void append_driver::refuse(append_entry& one, append_refusal with) {
    counts_.conflicts.fetch_add(1, std::memory_order_relaxed);
    waiting_.done(one, deadline::clock::now());
    settle(one, answer(std::unexpect, std::move(with)));
}

// A stream that has moved on may have done so by this very append, sent before.
task<void> append_driver::settle_moved(session& on, std::vector<entry> moved,
                                       std::vector<version_conflict> how) {
    const auto answer =
        co_await on.run_with(look_up_events, look_up_values(moved), until_of(moved));
    auto found = read_look_up(moved, answer);
    for (std::size_t i = 0; i < moved.size(); ++i) {
        if (found[i].all) repeat(*moved[i], std::move(found[i].positions));
        else if (found[i].foreign) refuse(*moved[i], id_conflict{*found[i].foreign});
        else refuse(*moved[i], how[i]);
    }
}

// Nothing of the transaction is left. Of several appends one is at fault, so each goes singly.
task<void> append_driver::settle_error(session& on, const std::vector<entry>& batch,
                                       const server_error& failure) {
    if (batch.size() > 1 || is_passing(failure)) {
        again(batch, true);
    } else if (failure.is(sqlstate::unique_violation) ||
               failure.is(sqlstate::division_by_zero)) {
        co_await settle_refused(on, batch.front(), failure);
    } else {
        settle_failed(batch.front(), failure);
    }
}

task<void> append_driver::settle_refused(session& on, const entry& one,
                                         const server_error& failure) {
    const std::vector<entry> alone{one};
    const auto until = until_of(alone);
    auto found = read_look_up(
        alone, co_await on.run_with(look_up_events, look_up_values(alone), until));
    if (found[0].all) co_return repeat(*one, std::move(found[0].positions));
    if (found[0].foreign) co_return refuse(*one, id_conflict{*found[0].foreign});
    if (failure.is(sqlstate::unique_violation) && !is_ours(failure))
        co_return refuse(*one, guard_conflict{failure.constraint()});
    const auto moved =
        read_versions(*one, co_await on.run_with(stream_versions, version_values(*one), until));
    if (moved) co_return refuse(*one, *moved);
    if (is_ours(failure)) co_return again(alone, true);
    settle_failed(one, failure);
}

void append_driver::settle_failed(const entry& one, const server_error& failure) {
    if (one->unknown)
        return fail({one}, std::make_exception_ptr(connection_lost(
                               "the connection was lost under an append, and the next attempt "
                               "failed: " + std::string(failure.what()), true)));
    fail({one}, std::make_exception_ptr(failure));
}

// What is settled already left the coalescer, unless only its caller did.
void append_driver::again(const std::vector<entry>& batch, bool alone) {
    for (const auto& each : batch) {
        if (each->at != append_entry::place::carried) continue;
        if (cut_off_ || each->outcome.index() != 0) {
            waiting_.done(*each, deadline::clock::now());
            settle(*each, ended(*each));
            continue;
        }
        counts_.resubmitted.fetch_add(1, std::memory_order_relaxed);
        waiting_.again(each, alone);
    }
    pump();
}

void append_driver::fail(const std::vector<entry>& batch, const std::exception_ptr& why) {
    for (const auto& each : batch) {
        if (each->at != append_entry::place::carried) continue;
        waiting_.done(*each, deadline::clock::now());
        settle(*each, why);
    }
}

}  // namespace headroom::eventsourcing::detail
