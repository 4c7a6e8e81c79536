// eventsourcing/detail/runner.hpp: one projection: follows the feed for as long as it is owned.
//
// One coroutine, and while a batch is being written a second one: the next batch is read and
// applied meanwhile. Three positions tell the story: `read_`, up to which events were looked at;
// `done_`, up to which their effects are committed; `written_`, the checkpoint's row. Events nobody
// wants move `done_` at once and the row now and then.
//
// runner.cpp is ownership and the order of things, runner_batches.cpp the fast way,
// runner_trials.cpp what happens to events at fault. On the home reactor, but for status().
#pragma once
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "headroom/eventsourcing/detail/batch_size.hpp"
#include "headroom/eventsourcing/detail/bell.hpp"
#include "headroom/eventsourcing/detail/care.hpp"
#include "headroom/eventsourcing/detail/checkpoints.hpp"
#include "headroom/eventsourcing/detail/turns.hpp"
#include "headroom/eventsourcing/detail/waiters.hpp"
#include "headroom/eventsourcing/projections.hpp"
#include "headroom/persistence/sessions.hpp"
#include "headroom/runtime/backoff.hpp"

namespace headroom::eventsourcing::detail {

/// What all runners of a process share. Outlives them.
struct stage {
    reactor& home;
    persistence::database& db;
    persistence::control& control;
    feed& from;
    persistence::sessions& writers;
    turns& queue;
    const projection_bounds bounds;
    audience* const told;  // null: nobody
};

/// How long a runner waits for what it reads.
inline constexpr std::chrono::milliseconds read_ms_max{1000};

class runner {
public:
    runner(const stage& on, std::unique_ptr<projection> of);
    runner(const runner&) = delete;
    runner& operator=(const runner&) = delete;

    const checkpoint_key& key() const noexcept { return key_; }
    const projection& of() const noexcept { return *of_; }

    /// Until stop(). Once.
    task<void> run();
    void stop();
    bool ended() const noexcept { return ended_; }

    /// The session lock is ours; or it is not any more.
    void own(std::int32_t lock_id);
    void disown();
    bool owned() const noexcept { return owned_; }
    std::optional<std::int32_t> lock_id() const noexcept { return lock_id_; }
    /// Releases the row, once the runner has ended; nothing when it was not acquired.
    std::optional<step> release();

    /// What a look at the row showed.
    void learn(const checkpoint_look& seen);
    /// Why nobody can say who owns it; "" once that is known again.
    void troubled(const std::string& why);
    /// A remote owner's row says that it has taken everything up to here.
    void saw(log_position position);
    void head_moved() { bell_.ring(); }
    /// Another process waits for our checkpoint's row.
    void asked();

    task<bool> wait_for(log_position at, deadline until) { return waiters_.wait(at, until); }
    bool waited_for() const noexcept { return !waiters_.empty(); }
    /// From any thread; positions as of now, without the feed's head.
    projection_status status() const;
    std::optional<persistence::timestamp> oldest() const;

private:
    struct batch {
        log_position through = 0;
        std::size_t events = 0, bytes = 0;  // wanted ones
        effects what;
        std::optional<persistence::timestamp> oldest;
    };
    struct flight {
        batch of;
        bool landed = false;
        std::exception_ptr thrown;
        std::chrono::nanoseconds took{0};
    };

    // ---- runner.cpp ----
    bool holding() const;
    task<bool> take_over();
    task<void> adopt(const checkpoint_row& row);
    task<void> unblock();
    task<void> follow();
    task<void> idle();
    task<void> rest(std::chrono::milliseconds pause);
    void read_from(log_position after);
    void done_to(log_position position);
    void publish(projection_state state);
    void publish_going();
    task<std::vector<persistence::rows>> write(std::vector<step> steps);
    task<void> tell_changing(const std::vector<std::string>& touched);
    task<void> tell_changed(const std::vector<std::string>& touched);

    // ---- runner_batches.cpp ----
    task<void> advance();
    task<batch> gather(std::size_t events_max);
    bool consume(batch& into, std::size_t events_max);
    bool add(batch& into, const recorded_event& next);
    task<bool> more();
    bool room_in(const batch& in, std::size_t events_max) const;
    void launch(batch next);
    task<void> fly();
    task<bool> land();
    void landed_well();
    std::vector<step> steps_of(batch& from);
    task<void> settle(std::exception_ptr thrown, std::size_t events, log_position last);
    task<bool> fenced();

    // ---- runner_trials.cpp ----
    task<const recorded_event*> next_wanted();
    task<void> trial();
    task<void> try_alone(const recorded_event& what);
    task<void> park(const recorded_event& what);
    task<void> replay();
    task<bool> replay_one(stream_id stream, log_position at);
    task<bool> give_replay_up(const parked_event& what, const std::string& reason);

    const stage& on_;
    const std::unique_ptr<projection> of_;
    const checkpoint_key key_;
    budget::holder holder_;
    bell bell_, landed_;
    waiters waiters_;
    care care_;
    batch_size size_;
    backoff pause_;

    // ownership
    std::optional<std::int32_t> lock_id_;
    bool owned_ = false, acquired_ = false, stopping_ = false, ended_ = true;
    bool refresh_ = false;  // the row is not what we believe: read it again
    bool paused_ = false, replay_due_ = false, asked_ = false;
    std::int64_t epoch_ = 0;
    std::optional<log_position> interrupted_;  // a replay the predecessor did not survive
    unsigned interrupted_tries_ = 0;
    std::set<stream_id> parked_;

    // positions
    log_position read_ = 0, done_ = 0, written_ = 0;
    event_page page_;
    std::size_t at_ = 0;  // in page_
    deadline::clock::time_point written_at_{};
    std::optional<flight> flight_;

    std::string trouble_;
    mutable std::mutex mutex_;
    projection_status status_;                        // guarded by mutex_
    std::optional<persistence::timestamp> oldest_;    // guarded by mutex_
};

/// Events a predecessor may have had in hand when it crashed: a batch being written and the next.
inline std::size_t in_hand(const projection_bounds& within) { return 2 * within.batch_events_max; }

}  // namespace headroom::eventsourcing::detail
