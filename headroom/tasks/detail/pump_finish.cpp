// How what was done is told the server.
#include <algorithm>

#include "headroom/tasks/detail/pump.hpp"

namespace headroom::tasks::detail {
namespace {

using redis::command;
using redis::sending;
using std::chrono::milliseconds;

constexpr std::size_t flushes_max = 8;  // batches under way
constexpr milliseconds pause_least{20}, pause_most{1'000};

}  // namespace

void pump::ended(std::vector<job_ptr> jobs) {
    at_stage_ -= jobs.size();
    unconfirmed_ += jobs.size();
    const auto now = clock::now();
    for (auto& each : jobs) {
        each->has_ended = true;
        --queues_[each->queue].at_stage;
        if (each->entered) leave_gates(each);
        if (each->lost)
            confirmed(*each, ending_answer::taken);
        else if (each->ends.is == ending::how::done && each->dedup.empty())
            batch_.add(std::move(each), now);
        else
            spawn([this, one = std::move(each)] { return end_singly(one); });
    }
    flush_if_due();
    room_bell_.ring();
    state_bell_.ring();
}

/// Once: a slot whose worker cannot tell is free after a lease.
void pump::leave_gates(const job_ptr& which) {
    spawn([this, which]() -> task<void> {
        const bool called = co_await limits_.leave(which->at_gates, soon());
        auto& of = queues_[which->queue];
        of.shut_until = {};
        room_bell_.ring();
        if (!called) co_return;
        of.due = clock::now();
        tend_bell_.ring();
    });
}

/// Nobody may run it again from now on, though its handler has only begun.
void pump::acknowledged_early(const job_ptr& which) {
    which->acknowledged = true;
    spawn([this, which]() -> task<void> {
        for (unsigned failures = 0; !giving_up_;) {
            std::exception_ptr failure;
            try {
                std::vector<command> unit;
                const auto& stream = which->queue_name;
                const auto id = which->token.entry.text();
                unit.emplace_back("XACK", stream, terms_.group, id);
                unit.emplace_back("XDEL", stream, id);
                co_await mux_.run_unit(std::move(unit), soon(), sending::repeatable);
                flights_.remove(*which);
                co_return;
            } catch (const std::exception& why) {
                note(why);
            }
            co_await pause(failures);
        }
    });
}

void pump::flush_if_due() {
    while (flushes_ < flushes_max && batch_.is_due(clock::now(), flushes_ == 0)) {
        ++flushes_;
        spawn([this, jobs = batch_.take(clock::now())] { return finish(jobs); });
    }
    arm_linger();
}

/// While another batch is under way, the next one waits for company, but not for long.
void pump::arm_linger() {
    if (batch_.empty() || lingering_ || flushes_ >= flushes_max) return;
    lingering_ = true;
    linger_.expires_at(*batch_.due());
    linger_.async_wait([self = shared_from_this()](boost::system::error_code) {
        self->lingering_ = false;
        self->flush_if_due();
    });
}

task<void> pump::pause(unsigned& failures) {
    const auto most = std::min(pause_most, pause_least * (1u << std::min(failures++, 6u)));
    co_await sleep_until(deadline::after(most));
}

task<void> pump::finish(std::vector<job_ptr> jobs) {
    for (unsigned failures = 0; !jobs.empty() && !giving_up_;) {
        bool failed = false;
        try {
            co_await finish_now(jobs);
        } catch (const std::exception& why) {
            note(why);
            failed = true;
        }
        if (failed) co_await pause(failures);
    }
    for (const auto& each : jobs) forget(*each);
    --flushes_;
    flush_if_due();
}

/// Takes out of `jobs` what the server has taken note of.
task<void> pump::finish_now(std::vector<job_ptr>& jobs) {
    const auto now = clock::now();
    const auto unsure = std::ranges::partition(jobs, [&](const job_ptr& each) {
        return each->acknowledged || flights_.surely_ours(*each, now);
    });
    std::vector<job_ptr> single(unsure.begin(), unsure.end());
    jobs.erase(unsure.begin(), unsure.end());
    for (auto& each : single) spawn([this, one = std::move(each)] { return end_singly(one); });
    if (jobs.empty()) co_return;
    const auto said = co_await mux_.run_unit(completing(jobs), soon(), sending::once);
    redis::throw_if_error(said.back(), "EXEC");
    ++counts_.batches;
    for (const auto& each : jobs) confirmed(*each, ending_answer::done);
    jobs.clear();
}

/// All of it or nothing: a result that cannot be stored leaves its task to be acknowledged later.
std::vector<command> pump::completing(const std::vector<job_ptr>& jobs) const {
    std::vector<command> unit;
    unit.emplace_back("MULTI");
    for (const auto& each : jobs)
        if (!each->ends.result.empty())
            unit.push_back(results_->storing(each->message.task_id, each->ends.result));
    for (std::size_t queue = 0; queue < queues_.size(); ++queue) {
        command taken("XACK", queues_[queue].keys.stream, terms_.group);
        command gone("XDEL", queues_[queue].keys.stream);
        bool any = false;
        for (const auto& each : jobs) {
            if (each->queue != queue || each->acknowledged) continue;
            const auto id = each->token.entry.text();
            taken.add(id);
            gone.add(id);
            any = true;
        }
        if (!any) continue;
        unit.push_back(std::move(taken));
        unit.push_back(std::move(gone));
    }
    for (const auto& each : jobs)
        if (!each->wake.empty() && !each->ends.result.empty())
            unit.emplace_back("PUBLISH", each->wake, each->message.task_id);
    unit.emplace_back("EXEC");
    return unit;
}

task<void> pump::end_singly(job_ptr one) {
    for (unsigned failures = 0; !giving_up_;) {
        try {
            confirmed(*one, co_await ask_to_end(*one));
            co_return;
        } catch (const std::exception& why) {
            note(why);
        }
        co_await pause(failures);
    }
    forget(*one);
}

task<ending_answer> pump::ask_to_end(const job& one) {
    const auto& keys = queues_[one.queue].keys;
    const auto dedup = one.dedup.empty() ? keys.stream : one.dedup;
    const auto& ends = one.ends;
    switch (ends.is) {
        case ending::how::returned:
            co_await hand_back(one.queue, {{one.token.entry, one.token.deliveries - !ends.counts}},
                               ends.counts || ends.quiet ? "" : keys.channel);
            co_return ending_answer::done;
        case ending::how::put_off: co_return ending_answer::done;
        case ending::how::left:
            if (!ends.result.empty())
                co_await mux_.run(results_->storing(one.message.task_id, ends.result), soon(),
                                  sending::repeatable);
            co_return ending_answer::done;
        case ending::how::again:
            co_return co_await run_ending(
                again_script(), one, {keys.delayed, keys.payloads},
                {std::to_string(ends.after.count()), keys.channel, one.wake, one.dedup, ends.data});
        case ending::how::done:
        case ending::how::dead: break;
    }
    const auto result_key = results_ ? results_->key(one.message.task_id) : keys.stream;
    std::vector<std::string> at{result_key, dedup};
    std::vector<std::string> with{
        one.wake, ends.result,
        std::to_string(results_ ? results_->terms().ttl.count() : 1)};
    if (ends.is == ending::how::done)
        co_return co_await run_ending(finish_script(), one, std::move(at), std::move(with));
    at.push_back(keys.dead);
    with.push_back(std::to_string(terms_.dead_letters_max));
    for (auto& each : letter_of(one)) with.push_back(std::move(each));
    co_return co_await run_ending(dead_script(), one, std::move(at), std::move(with));
}

/// Names and values of a dead letter's fields. The message is the last.
std::vector<std::string> pump::letter_of(const job& one) const {
    const auto& of = one.message;
    return {"reason",     one.ends.reason,
            "note",       one.ends.note,
            "task_id",    of.task_id,
            "task_name",  of.task_name,
            "entry",      one.token.entry.text(),
            "deliveries", std::to_string(one.token.deliveries),
            "failures",   std::to_string(retries_of(of.labels).value_or(0) +
                                         (one.ends.reason == dead_reason::failed ? 1 : 0)),
            "consumer",   consumer_,
            "wake",       one.wake,
            "data",       one.data};
}

task<ending_answer> pump::run_ending(const redis::script& what, const job& one,
                                     std::vector<std::string> keys,
                                     std::vector<std::string> more) {
    const auto id = one.token.entry.text(), deliveries = std::to_string(one.token.deliveries);
    std::vector<std::string_view> at{queues_[one.queue].keys.stream};
    at.insert(at.end(), keys.begin(), keys.end());
    std::vector<std::string_view> with{terms_.group, consumer_, id, deliveries,
                                       one.message.task_id};
    with.insert(with.end(), more.begin(), more.end());
    const auto said = co_await what.run(mux_, at, with, soon(), sending::repeatable);
    co_return static_cast<ending_answer>(said.number());
}

/// Out of our hands; unless it was confirmed, the server was not told, and it will come again.
void pump::forget(job& one) {
    flights_.remove(one);
    --unconfirmed_;
    state_bell_.ring();
    if (suspect_.lock().get() != &one) return;
    suspect_.reset();
    reclaim_asked_ = !one.ends.counts;  // the next suspect
    tend_bell_.ring();
}

void pump::confirmed(job& one, ending_answer how) {
    forget(one);
    if (metrics_ != nullptr) count(one, how);
    if (how == ending_answer::taken) {
        ++counts_.lost;
    } else {
        switch (one.ends.is) {
            case ending::how::done: ++counts_.done; break;
            case ending::how::again: ++counts_.retried; break;
            case ending::how::dead: ++counts_.dead; break;
            case ending::how::returned: ++counts_.returned; break;
            case ending::how::left: break;
            case ending::how::put_off: ++counts_.put_off; break;
        }
        if (one.cancelled) forget_cancel(one);
    }
    if (unconfirmed_ + 1 == unconfirmed_max) room_bell_.ring();
}

/// By its name, as far as it could be read.
void pump::count(const job& one, ending_answer how) {
    using enum task_outcome;
    auto came_to = one.ends.failed ? failed : succeeded;
    switch (one.ends.is) {
        case ending::how::done: break;
        case ending::how::again: came_to = retried; break;
        case ending::how::dead: came_to = dead; break;
        case ending::how::returned: came_to = returned; break;
        case ending::how::put_off: came_to = put_off; break;
        case ending::how::left: came_to = one.lost ? lost : came_to; break;
    }
    if (one.cancelled) came_to = cancelled;
    if (how == ending_answer::taken) came_to = lost;
    metrics_->ended(one.message.task_name, came_to, one.ends.took);
}

/// It has had its effect.
void pump::forget_cancel(const job& one) {
    ++counts_.cancelled;
    spawn([this, queue = one.queue, id = one.message.task_id]() -> task<void> {
        co_await mux_.run(command("ZREM", queues_[queue].keys.cancelled, id), soon(),
                          sending::repeatable);
    });
}

}  // namespace headroom::tasks::detail
