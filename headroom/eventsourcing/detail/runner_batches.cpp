// The fast way: one batch in flight, the next one prepared meanwhile.
#include <algorithm>

#include "headroom/eventsourcing/detail/failure.hpp"
#include "headroom/eventsourcing/detail/runner.hpp"

namespace headroom::eventsourcing::detail {
namespace {

using namespace std::chrono_literals;
using kind = failure::kind;

constexpr std::size_t page_events = 2'048;
constexpr std::size_t pages_a_batch_max = 16;  // then foreign events give way to others
constexpr std::size_t steps_max = 960;         // of one unit, the checkpoint's among them

}  // namespace

// Nothing is gathered while that would keep us from hearing how the batch in flight went.
task<void> runner::advance() {
    if (flight_ && at_ == page_.events().size() && on_.from.head() <= read_) {
        co_await land();
        co_return;
    }
    auto next = co_await gather(care_.at_most(size_.now()));
    if (!co_await land() || !holding()) {
        read_from(done_);
        co_return;
    }
    if (next.events > 0) {
        publish_going();
        co_return launch(std::move(next));
    }
    const bool moved = next.through > done_;
    if (moved) done_to(next.through);
    if (!care_.singly()) co_await idle();
}

bool runner::room_in(const batch& in, std::size_t events_max) const {
    return in.events < events_max && in.bytes < on_.bounds.batch_bytes_max &&
           in.what.size() < steps_max / 2;
}

task<runner::batch> runner::gather(std::size_t events_max) {
    batch made;
    made.through = read_;
    for (std::size_t pages = 0; pages < pages_a_batch_max; ++pages) {
        if (!consume(made, events_max)) break;
        if (!co_await more()) break;
    }
    made.through = read_;
    co_return made;
}

// False when the batch is full, or ends before an event at fault.
bool runner::consume(batch& into, std::size_t events_max) {
    const auto events = page_.events();
    for (; at_ < events.size(); ++at_) {
        const auto& next = events[at_];
        if (of_->wants(next.topic)) {
            if (!room_in(into, events_max) || !add(into, next)) return false;
        }
        read_ = next.position;
    }
    read_ = std::max(read_, page_.through());
    return true;
}

// The effects of one event, whole or not at all.
bool runner::add(batch& into, const recorded_event& next) {
    const auto before = into.what.size();
    try {
        if (parked_.contains(next.stream)) {
            auto put = park_event(key_, next, 0, "an earlier event of its stream is parked");
            into.what.run_with(*put.text, std::move(put.values));
        } else {
            of_->apply(next, into.what);
        }
    } catch (const std::exception&) {
        into.what.cut(before);
        care_.suspect(next.position);
        return false;
    }
    if (into.what.size() >= steps_max) {
        into.what.cut(before);
        if (before == 0) care_.suspect(next.position);
        return false;
    }
    if (!into.oldest) into.oldest = next.recorded_at;
    ++into.events;
    into.bytes += next.state.size();
    return true;
}

/// The next page; false at the head.
task<bool> runner::more() {
    if (on_.from.head() <= read_) co_return false;
    page_ = co_await on_.from.next(read_, page_events, deadline::after(read_ms_max));
    at_ = 0;
    co_return page_.through() > read_;
}

// ---- in flight ----

std::vector<step> runner::steps_of(batch& from) {
    auto effects = from.what.take();
    std::vector<step> steps;
    steps.reserve(effects.size() + 1);
    steps.push_back(move_checkpoint(key_, epoch_, written_, from.through));
    std::ranges::move(effects, std::back_inserter(steps));
    return steps;
}

void runner::launch(batch next) {
    BOOST_ASSERT(!flight_);
    flight_.emplace(std::move(next));
    on_.home.spawn([this] { return fly(); });
}

task<void> runner::fly() {
    const auto touched = flight_->of.what.touched();
    co_await tell_changing(touched);
    const auto begun = deadline::clock::now();
    try {
        co_await write(steps_of(flight_->of));
    } catch (const std::exception&) {
        flight_->thrown = std::current_exception();
    }
    flight_->took = deadline::clock::now() - begun;
    if (flight_->thrown == nullptr) {
        landed_well();
        co_await tell_changed(touched);
    }
    flight_->landed = true;
    landed_.ring();
}

// At once, not when the next batch has been gathered: somebody may wait for it.
void runner::landed_well() {
    written_ = flight_->of.through;
    written_at_ = deadline::clock::now();
    asked_ = false;
    done_to(written_);
    size_.took(flight_->of.events, flight_->took);
    care_.passed(written_);
    pause_.reset();
    trouble_.clear();
}

/// False when something was in flight and failed: what was gathered since is void.
task<bool> runner::land() {
    if (!flight_) co_return true;
    while (!flight_->landed) co_await landed_.wait(deadline::after(on_.bounds.write_ms_max));
    const auto was = std::move(*flight_);
    flight_.reset();
    if (was.thrown == nullptr) co_return true;
    co_await settle(was.thrown, was.of.events, was.of.through);
    co_return false;
}

task<void> runner::settle(std::exception_ptr thrown, std::size_t events, log_position last) {
    auto why = explain_failure(thrown);
    read_from(done_);
    trouble_ = why.reason;
    if (why.what == kind::fenced) {
        refresh_ = co_await fenced();
        if (refresh_) co_return trouble_.clear();
        why.what = kind::permanent;
    }
    publish(projection_state::retrying);
    if (why.what == kind::overdue) size_.shrink();
    const bool at_fault =
        why.what == kind::permanent || (why.what == kind::overdue && events == 1);
    if (at_fault && events > 0) co_return care_.broke(events, last);
    care_.excuse(last);
    co_await rest(pause_.next());
}

/// Whether the row says something else than we believe, or an effect divided by zero.
task<bool> runner::fenced() {
    try {
        const auto seen = co_await on_.db.lanes().reads().run(
            read_checkpoint, deadline::after(read_ms_max), key_.name, key_.version);
        if (seen.empty()) co_return true;
        const auto row = seen[0];
        co_return row.get<std::int64_t>(0) != written_ || row.get<std::int64_t>(1) != epoch_ ||
            row.get<bool>(2);
    } catch (const std::exception&) {
        co_return true;  // then it is read when it is taken over again
    }
}

}  // namespace headroom::eventsourcing::detail
