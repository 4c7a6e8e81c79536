// Ownership, and the order in which things are done.
#include "headroom/eventsourcing/detail/runner.hpp"

#include <algorithm>

#include "headroom/eventsourcing/detail/failure.hpp"
#include "headroom/persistence/advisory_locks.hpp"

namespace headroom::eventsourcing::detail {
namespace {

using namespace std::chrono_literals;
using persistence::deadline_passed;

constexpr auto long_ms = 3'600'000ms;     // somebody rings before that
constexpr auto acquire_ms_max = 1'000ms;  // then whoever holds the row is looked at
constexpr auto unheld_ms = 100ms;         // before the lock is looked at again

backoff pauses(const projection_bounds& within) {
    const auto least = std::min(within.retry_least_ms, within.retry_most_ms);
    return backoff({least / 2, least, within.retry_most_ms},
                   std::minstd_rand(std::random_device{}()));
}

}  // namespace

runner::runner(const stage& on, std::unique_ptr<projection> of)
    : on_(on), of_(std::move(of)), key_{std::string(of_->name()), of_->version()},
      holder_(key_.name), bell_(on.home), landed_(on.home), waiters_(on.home),
      care_({on.bounds.attempts_max, on.bounds.retry_least_ms, on.bounds.retry_most_ms}),
      size_(on.bounds.batch_events_max, on.bounds.batch_target_ms), pause_(pauses(on.bounds)) {
    status_.name = key_.name;
    status_.version = key_.version;
}

// ---- ownership ----

void runner::own(std::int32_t lock_id) {
    lock_id_ = lock_id;
    owned_ = true;
    bell_.ring();
}

void runner::disown() {
    owned_ = false;
    acquired_ = false;
    bell_.ring();
}

void runner::stop() {
    stopping_ = true;
    waiters_.end();
    bell_.ring();
}

std::optional<step> runner::release() {
    if (!std::exchange(acquired_, false)) return std::nullopt;
    return release_checkpoint(key_, epoch_);
}

// The lock says whether there may be another batch; whether it counts, the epoch.
bool runner::holding() const {
    return owned_ && !stopping_ && !refresh_ &&
           on_.control.holds({persistence::lock_class::leader, *lock_id_});
}

void runner::learn(const checkpoint_look& seen) {
    {
        const std::scoped_lock lock(mutex_);
        status_.parked = seen.parked;
        if (!owned_ || paused_) oldest_ = seen.oldest;
        if (!owned_) status_.position = seen.position;
    }
    if (!owned_) return saw(seen.position);
    if (!acquired_ || seen.epoch < epoch_) return;  // seen before we took over
    if (seen.epoch > epoch_ || seen.paused != paused_) refresh_ = true;
    if (seen.replay) replay_due_ = true;
    if (refresh_ || replay_due_) bell_.ring();
}

void runner::troubled(const std::string& why) {
    const std::scoped_lock lock(mutex_);
    if (!owned_) status_.trouble = why;
}

void runner::saw(log_position position) {
    if (!owned_) waiters_.passed(position);
}

void runner::asked() {
    asked_ = true;
    bell_.ring();
}

task<void> runner::run() {
    ended_ = false;
    while (!stopping_) {
        if (!owned_) {
            trouble_.clear();
            publish(projection_state::standing_by);
            co_await bell_.wait(deadline::after(long_ms));
            continue;
        }
        std::exception_ptr thrown;
        try {
            if (co_await take_over()) co_await follow();
        } catch (const std::exception&) {
            thrown = std::current_exception();
        }
        co_await land();
        if (thrown == nullptr) continue;
        trouble_ = explain_failure(thrown).reason;
        publish(projection_state::retrying);
        co_await rest(pause_.next());
    }
    publish(projection_state::stopped);
    ended_ = true;
}

task<bool> runner::take_over() {
    publish(projection_state::starting);
    refresh_ = false;
    std::optional<checkpoint_row> row;
    bool blocked = false;
    try {
        auto turn = co_await on_.queue.take(deadline::after(on_.bounds.write_ms_max));
        if (!turn) co_return false;
        auto lent = co_await on_.writers.take(holder_, deadline::after(on_.bounds.write_ms_max));
        if (!lent) throw budget::refused(std::move(lent.error()));
        row = acquired(co_await lent->run_unit(
            acquire_checkpoint(key_, on_.control.backend_pid()), deadline::after(acquire_ms_max)));
    } catch (const deadline_passed&) {
        blocked = true;
    }
    if (blocked) co_await unblock();
    if (!row) co_await bell_.wait(deadline::after(unheld_ms));
    if (!row || !owned_) co_return false;
    co_await adopt(*row);
    co_return true;
}

// A predecessor that was stopped while it sent a batch holds the row's lock for as long as it
// sleeps, and will commit nothing.
task<void> runner::unblock() { co_await write(end_writers_of_owner(key_)); }

task<void> runner::adopt(const checkpoint_row& row) {
    epoch_ = row.epoch;
    paused_ = row.paused;
    const auto streams = co_await on_.db.lanes().reads().all<persistence::uuid>(
        parked_streams, deadline::after(on_.bounds.write_ms_max), key_.name, key_.version);
    parked_ = {streams.begin(), streams.end()};
    const bool replaying = row.trying && *row.trying <= row.position;
    interrupted_ = replaying ? row.trying : std::nullopt;
    interrupted_tries_ = replaying ? row.attempts : 0;
    care_.begin(replaying ? std::nullopt : row.trying, row.attempts,
                row.left_behind ? in_hand(on_.bounds) : 0);
    replay_due_ = !parked_.empty();
    acquired_ = true;
    written_ = row.position;
    done_ = 0;
    done_to(row.position);
    read_from(row.position);
}

task<void> runner::follow() {
    while (holding()) {
        if (paused_) {
            publish(projection_state::paused);
            co_await bell_.wait(deadline::after(long_ms));
        } else if (replay_due_ && co_await land()) {
            co_await replay();
        } else if (care_.singly() && co_await land()) {
            co_await trial();
        } else {
            co_await advance();
        }
    }
}

// Nothing to take. The row may lag behind by events nobody wants; not for long, and not at all
// while somebody waits for it.
task<void> runner::idle() {
    publish_going();
    const bool behind = written_ < done_;
    const deadline due(written_at_ + on_.bounds.pass_over_ms);
    if (behind && (asked_ || due.passed())) {
        batch only_the_row;
        only_the_row.through = done_;
        launch(std::move(only_the_row));
        co_await land();
        co_return;
    }
    if (!behind) asked_ = false;
    co_await bell_.wait(behind ? due : deadline::after(long_ms));
}

task<void> runner::rest(std::chrono::milliseconds pause) {
    const auto until = deadline::after(pause);
    while (!until.passed() && owned_ && !stopping_ && !refresh_) co_await bell_.wait(until);
}

void runner::read_from(log_position after) {
    read_ = after;
    page_ = {};
    at_ = 0;
}

void runner::done_to(log_position position) {
    done_ = position;
    waiters_.passed(position);
}

task<std::vector<persistence::rows>> runner::write(std::vector<step> steps) {
    const auto until = deadline::after(on_.bounds.write_ms_max);
    auto turn = co_await on_.queue.take(until);
    if (!turn) throw persistence::connection_lost("no writer session came free");
    auto lent = co_await on_.writers.take(holder_, until);
    if (!lent) throw budget::refused(std::move(lent.error()));
    co_return co_await lent->run_unit(std::move(steps), until);
}

task<void> runner::tell_changing(const std::vector<std::string>& touched) {
    if (on_.told != nullptr && !touched.empty()) co_await on_.told->changing(key_.name, touched);
}

task<void> runner::tell_changed(const std::vector<std::string>& touched) {
    if (on_.told != nullptr && !touched.empty()) co_await on_.told->changed(key_.name, touched);
}

// ---- what others see ----

void runner::publish(projection_state state) {
    const std::scoped_lock lock(mutex_);
    status_.state = state;
    if (acquired_) status_.position = done_;
    status_.trouble = trouble_;
    if (owned_ && !paused_) oldest_ = flight_ ? flight_->of.oldest : std::nullopt;
}

void runner::publish_going() {
    const bool near = on_.from.head() - done_ <=
                      static_cast<log_position>(on_.bounds.batch_events_max);
    publish(near ? projection_state::following : projection_state::catching_up);
}

projection_status runner::status() const {
    const std::scoped_lock lock(mutex_);
    return status_;
}

std::optional<persistence::timestamp> runner::oldest() const {
    const std::scoped_lock lock(mutex_);
    return oldest_;
}

}  // namespace headroom::eventsourcing::detail
