// How one job is read, run and judged.
#include "headroom/tasks/detail/stage.hpp"

#include <fmt/format.h>

namespace headroom::tasks::detail {
namespace {

using std::chrono::milliseconds;
using wall = std::chrono::steady_clock;

constexpr milliseconds enter_ms_max{2'000};

milliseconds age_of(entry_id entry) {
    const auto now = std::chrono::duration_cast<milliseconds>(
        std::chrono::system_clock::now().time_since_epoch());
    return now - milliseconds(static_cast<std::int64_t>(entry.ms));
}

task_result failed_result(task_error why) {
    task_result made;
    made.is_error = true;
    made.error = std::move(why);
    return made;
}

task_error named_error(std::string type, std::string text, std::string module) {
    task_error made;
    made.type = std::move(type);
    made.arguments = {value(std::move(text))};
    made.module = std::move(module);
    return made;
}

task_result cancelled_result() {
    return failed_result(named_error("TaskCancelledError", "the task was cancelled", "headroom"));
}

decoded<std::string> written_again(const decoded<task_message>& of) {
    if (!of) return std::unexpected(of.error());
    return write_message(*of);
}

/// Its handler has ended.
void ran(job& one, task_result& result, wall::time_point begun) {
    one.ends.took = wall::now() - begun;
    result.execution_seconds = std::chrono::duration<double>(one.ends.took).count();
}

}  // namespace

void stage::store(job& one, task_result result) const {
    if (to_.results == nullptr || one.message.task_id.empty()) return;
    result.labels = converted_labels(one.message.labels);
    one.ends.result = to_.results->encoded(result);
}

void stage::bury(job& one, std::string_view reason, std::string note) const {
    one.ends.is = ending::how::dead;
    one.ends.reason = reason;
    store(one, failed_result(named_error("TaskDeadError",
                                  note.empty() ? std::string(reason)
                                               : std::string(reason) + ": " + note,
                                  "headroom")));
    one.ends.note = std::move(note);
}

/// What is wrong with a message ends it here, before any handler sees it.
stage::plan stage::prepare(job& one) const {
    auto read = read_message(one.data, {.bytes = terms_.payload_bytes_max});
    if (read) one.message = std::move(*read);
    if (!one.doomed.empty()) {
        bury(one, one.doomed, one.doom_note);
        return {};
    }
    if (!read) {
        bury(one, dead_reason::unparsable, read.error().message());
        return {};
    }
    if ((*to_.cancelled)[one.queue]->contain(one.message.task_id)) {
        one.cancelled = true;
        store(one, cancelled_result());
        return {};
    }
    if (const auto* by = to_.known->find(one.message.task_name)) return read_labels_of(one, *by);
    const auto deliveries = one.token.deliveries;
    if (deliveries < terms_.unknown_deliveries_max &&
        age_of(one.token.entry) < terms_.unknown_age_max) {
        one.ends.is = ending::how::returned;
        one.ends.counts = true;
    } else {
        bury(one, dead_reason::unknown_task, fmt::format("delivered {} times", deliveries));
    }
    return {};
}

stage::plan stage::read_labels_of(job& one, const handler& by) const {
    const auto timeout = timeout_of(one.message.labels);
    const auto acknowledged = ack_moment_of(one.message.labels);
    if (!timeout || !acknowledged) {
        bury(one, dead_reason::bad_label,
             timeout ? acknowledged.error().message() : timeout.error().message());
        return {};
    }
    plan made{&by, *acknowledged, by.terms.timeout};
    if (*timeout) made.timeout = std::chrono::ceil<milliseconds>(**timeout);
    return made;
}

task_context::links stage::links_of(job& one) const {
    return {.acknowledge =
                [this, &one] {
                    if (!std::exchange(one.released, true))
                        to_.acknowledged(one.shared_from_this());
                },
            .progress = [this, &one](task_progress of, deadline until) -> task<void> {
                if (to_.results == nullptr) co_return;
                co_await to_.results->put_progress(one.message.task_id, of, until);
            }};
}

task<value> stage::call(const plan& how, task_context& on, job& one, slot& within) {
    if (!how.by->run) {
        within.waits_for_thread = true;
        co_return co_await to_.blocking->run([&] {
            within.waits_for_thread = false;
            return how.by->block(on, one.message);
        });
    }
    within.in_coroutine = true;
    struct leave {
        ~leave() { of.in_coroutine = false; }
        slot& of;
    } const at_end{within};
    co_return co_await how.by->run(on, one.message);
}

/// False when it is not to run here now; its ending says why.
task<bool> stage::enter(job& one) const {
    if (to_.limits == nullptr) co_return true;
    auto gates = to_.limits->gates().of(one.queue, one.message.task_name);
    if (gates.empty()) co_return true;
    one.at_gates = {one.queue, one.token, one.message.task_id, std::move(gates)};
    auto is = turnstile::verdict::off;
    try {
        is = co_await to_.limits->enter(one.at_gates, deadline::after(enter_ms_max));
    } catch (const std::exception&) {  // the server is away: whoever reaches it may run the task
        one.ends.is = ending::how::returned;
        one.ends.quiet = true;
        co_return false;
    }
    one.entered = is == turnstile::verdict::in;
    if (is == turnstile::verdict::off)
        one.ends.is = ending::how::put_off;
    else if (is == turnstile::verdict::lost || one.lost)
        one.ends.is = ending::how::left;
    else if (one.cancelled)
        store(one, cancelled_result());
    else if (one.stopping.stop_requested())
        one.ends.is = ending::how::returned;
    else
        co_return true;
    co_return false;
}

task<void> stage::run(job& one, slot& on) {
    if (one.lost) {
        one.ends.is = ending::how::left;
        co_return;
    }
    const auto how = prepare(one);
    if (how.by == nullptr || !co_await enter(one)) co_return;
    task_context context(one.message, one.queue_name, one.token, one.stopping.get_token(),
                         links_of(one));
    if (how.acknowledged == ack_moment::when_received) context.acknowledge();
    alarm late([&] {
        on.timed_out = true;
        stop(on);
    });
    const auto begun = wall::now();
    if (how.timeout.count() > 0) home_.arm(late, deadline(begun + how.timeout));
    task_result result;
    try {
        result.returned = co_await call(how, context, one, on);
        late.disarm();
        ran(one, result, begun);
        store(one, std::move(result));
        if (how.acknowledged == ack_moment::manual && !one.released)
            one.ends.is = ending::how::left;
    } catch (const requeue_asked&) {
        auto again = written_again(requeued(one.message));
        one.ends.is = again ? ending::how::again : ending::how::done;
        if (again) one.ends.data = std::move(*again);
    } catch (const std::exception& failure) {
        ran(one, result, begun);
        judge(one, how, failure, on, std::move(result));
    } catch (...) {
        ran(one, result, begun);
        judge(one, how, task_failed("UnknownError", "what was thrown is no std::exception"), on,
              std::move(result));
    }
}

/// Before it is tried again; nothing when it failed for good. `own`: what the handler said of it.
std::optional<milliseconds> stage::pause_after(const job& one, const plan& how,
                                               const std::string& type,
                                               const task_failed* own) const {
    if (own != nullptr && own->is_final()) return std::nullopt;
    const auto failures = retries_of(one.message.labels).value_or(0) + 1;
    const chance random = [this] { return std::generate_canonical<double, 32>(random_); };
    if (const auto& rules = how.by->terms.retries)
        return rules->next(type, failures, random, own ? own->retry_after() : std::nullopt);
    const auto said = taskiq_retry().next(one.message.labels, random);
    if (!said || !*said) return std::nullopt;
    return std::chrono::ceil<milliseconds>(**said);
}

void stage::judge(job& one, const plan& how, const std::exception& failure, const slot& on,
                  task_result result) const {
    if (one.lost) {
        one.ends.is = ending::how::left;
        return;
    }
    if (one.cancelled) return store(one, cancelled_result());
    if (closed_ && !on.timed_out && one.stopping.stop_requested()) {
        one.ends.is = ending::how::returned;
        return;
    }
    if (on.waits_for_thread) {
        one.ends.is = ending::how::returned;  // none took it
        return;
    }
    result.is_error = true;
    result.error = on.timed_out ? named_error("TimeoutError", "", "builtins") : error_of(failure);
    const auto pause = pause_after(one, how, result.error->type,
                                   dynamic_cast<const task_failed*>(&failure));
    auto again = pause ? written_again(retried(one.message)) : decoded<std::string>("");
    if (pause && again) {
        one.ends.is = ending::how::again;
        one.ends.after = *pause;
        one.ends.data = std::move(*again);
        return;
    }
    const bool keep = how.by->terms.retries && how.by->terms.dead_letters;
    if (keep) {
        one.ends.is = ending::how::dead;
        one.ends.reason = dead_reason::failed;
        one.ends.note = result.error->type + ": " + failure.what();
    }
    one.ends.failed = true;
    store(one, std::move(result));
}

}  // namespace headroom::tasks::detail
