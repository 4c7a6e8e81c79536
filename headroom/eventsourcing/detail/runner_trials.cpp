// The slow way: events at fault, or under suspicion, one at a time.
#include <algorithm>

#include "headroom/eventsourcing/detail/failure.hpp"
#include "headroom/eventsourcing/detail/runner.hpp"

namespace headroom::eventsourcing::detail {
namespace {

using namespace std::chrono_literals;

constexpr std::int32_t replays_a_turn_max = 64;  // then what is new has its turn
constexpr char ended_while_applied[] = "the process ended while the event was applied";

}  // namespace

/// The next event that has effects, in page_; null at the head. What is foreign before it is done.
task<const recorded_event*> runner::next_wanted() {
    do {
        const auto events = page_.events();
        for (; at_ < events.size(); ++at_) {
            if (of_->wants(events[at_].topic)) co_return &events[at_];
            read_ = events[at_].position;
        }
        read_ = std::max(read_, page_.through());
        done_to(read_);
    } while (co_await more());
    co_return nullptr;
}

task<void> runner::trial() {
    const auto* next = co_await next_wanted();
    if (next == nullptr) co_return co_await idle();
    const auto page = page_;  // keeps what `next` points into
    if (care_.exhausted(next->position)) co_return co_await park(*next);
    if (const auto pause = care_.pause(next->position); pause > 0ms) {
        publish(projection_state::retrying);
        co_await rest(pause);
    }
    if (holding()) co_await try_alone(*next);
}

// The note is committed before anything of the event runs: a crash finds it.
task<void> runner::try_alone(const recorded_event& what) {
    const auto at = what.position;
    std::exception_ptr thrown;
    std::size_t blamed = 0;
    try {
        if (!parked_.contains(what.stream)) {
            co_await write(note_try(key_, epoch_, at, care_.attempts(at) + 1));
            care_.tries(at);
        }
        blamed = 1;
        batch one;
        one.through = at;
        if (parked_.contains(what.stream)) add(one, what);
        else of_->apply(what, one.what);
        if (one.what.size() >= 1'000) throw std::length_error("an event has too many effects");
        one.events = 1;
        launch(std::move(one));
    } catch (const std::exception&) {
        thrown = std::current_exception();
    }
    if (thrown != nullptr) co_return co_await settle(thrown, blamed, at);
    if (!co_await land()) co_return;
    ++at_;
    read_ = at;
}

task<void> runner::park(const recorded_event& what) {
    const auto reason = trouble_.empty() ? std::string(ended_while_applied) : trouble_;
    auto put = park_event(key_, what, care_.attempts(what.position), reason);
    batch one;
    one.through = what.position;
    one.what.run_with(*put.text, std::move(put.values));
    launch(std::move(one));
    if (!co_await land()) co_return;
    parked_.insert(what.stream);
    ++at_;
    read_ = what.position;
}

// ---- replay ----

// A stream an operator asked for, in its order. Later events of it are parked until it is through.
task<void> runner::replay() {
    replay_due_ = false;
    const auto until = deadline::after(read_ms_max);
    const auto reads = on_.db.lanes().reads();
    const auto stream = co_await reads.optional<persistence::uuid>(replay_stream, until, key_.name,
                                                                  key_.version);
    if (!stream) co_return;
    replay_due_ = true;
    const auto positions = co_await reads.all<std::int64_t>(
        replay_positions, until, key_.name, key_.version, *stream, replays_a_turn_max);
    for (const auto at : positions)
        if (!holding() || !co_await replay_one(*stream, at)) co_return;
    if (positions.size() < static_cast<std::size_t>(replays_a_turn_max)) parked_.erase(*stream);
}

task<bool> runner::replay_one(stream_id stream, log_position at) {
    const bool again = interrupted_ == at;
    const unsigned tries = again ? interrupted_tries_ : 0;
    if (tries >= on_.bounds.attempts_max)
        co_return co_await give_replay_up({stream, at}, ended_while_applied);
    if (again) co_await rest(on_.bounds.retry_least_ms * (1U << std::min(tries, 6U)));
    const auto page = co_await on_.from.next(at - 1, 1, deadline::after(read_ms_max));
    if (page.events().empty() || page.events().front().position != at)
        co_return co_await give_replay_up({stream, at}, "the event is not there any more");
    co_await write(note_try(key_, epoch_, at, tries + 1));
    std::exception_ptr thrown;
    try {
        effects what;
        of_->apply(page.events().front(), what);
        auto done = unpark_event(key_, at);
        what.run_with(*done.text, std::move(done.values));
        auto steps = what.take();
        steps.insert(steps.begin(), move_checkpoint(key_, epoch_, written_, written_));
        co_await tell_changing(what.touched());
        co_await write(std::move(steps));
        co_await tell_changed(what.touched());
    } catch (const std::exception&) {
        thrown = std::current_exception();
    }
    interrupted_.reset();
    if (thrown == nullptr) co_return true;
    const auto why = explain_failure(thrown);
    if (why.what == failure::kind::permanent)
        co_return co_await give_replay_up({stream, at}, why.reason);
    if (why.what == failure::kind::fenced && !co_await fenced())
        co_return co_await give_replay_up({stream, at}, why.reason);
    std::rethrow_exception(thrown);
}

task<bool> runner::give_replay_up(const parked_event& what, const std::string& reason) {
    auto steps = replay_failed(key_, what, reason);
    steps.push_back(forget_try(key_, epoch_));
    co_await write(std::move(steps));
    interrupted_.reset();
    co_return false;
}

}  // namespace headroom::eventsourcing::detail
