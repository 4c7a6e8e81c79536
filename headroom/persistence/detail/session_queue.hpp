// persistence/detail/session_queue.hpp: which caller gets which session, and when one is opened.
//
// The state machine of a session pool, without sockets. Slots are places for connections: lent
// last in, first out, so that few stay warm. Callers wait first come, first served, each until its
// own absolute deadline. Whatever becomes free serves the first who waits, even while a connection
// is being opened on that caller's behalf ("demand elision").
//
// Two kinds of users. Callers, on any thread, take, wait and give. The keeper, one thread, opens,
// checks, rolls back and closes what the queue tells it to. At every instant an idle session that
// needs no check and a waiting caller do not exist together. Thread-safe; pure: time is handed in.
#pragma once
#include <atomic>
#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <functional>
#include <mutex>
#include <source_location>
#include <string>
#include <vector>

#include "headroom/budget/holder.hpp"
#include "headroom/budget/ledger.hpp"
#include "headroom/persistence/detail/controlled_delay.hpp"
#include "headroom/persistence/pool_figures.hpp"
#include "headroom/persistence/session_bounds.hpp"
#include "headroom/runtime/deadline.hpp"

namespace headroom::persistence::detail {

using instant = deadline::clock::time_point;

/// Who took a session, and where in the code.
struct borrower {
    budget::holder* by = nullptr;
    std::source_location site;
};

enum class slot_state : std::uint8_t {
    vacant,   ///< no connection, no unit
    opening,  ///< a unit is held, its connection is on its way
    idle,
    lent,     ///< with a caller
    kept,     ///< with the keeper: checked, rolled back or being closed
};

/// A place for one connection. Its owner derives from it and puts the connection in.
/// All but `generation` is guarded by the queue.
struct session_slot {
    slot_state is = slot_state::vacant;
    bool retiring = false;   ///< to be closed instead of used again
    bool reported = false;   ///< this hold was reported as a leak
    bool checking = false;   ///< kept, and on its way to somebody who waits
    std::atomic<std::uint32_t> generation{0};  ///< changes whenever a hold begins or is called back
    borrower lent_to;
    instant lent_at{}, used_at{}, unit_since{}, retire_at{};
    std::string last_statement;  ///< at most statement_shown_max characters of it
};

/// A slot as it was lent. Its generation is that of the hold from the beginning: what was called
/// back before the caller even looked at it is no longer the caller's.
struct loan {
    session_slot* slot = nullptr;
    std::uint32_t generation = 0;
    budget::hold mark;  ///< the holder's
    explicit operator bool() const noexcept { return slot != nullptr; }
};

enum class wait_outcome : std::uint8_t {
    queued, served, timed_out, shed, queue_full, holds_already, closing,
};

/// One caller in the queue; lives in its coroutine and withdraws before it ends.
struct session_waiter
    : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::safe_link>> {
    session_waiter(borrower as, deadline until) : who(as), due(until) {}
    virtual ~session_waiter() = default;
    /// The outcome is known. Called once under the queue's lock: it must only post.
    virtual void resolved() noexcept = 0;

    const borrower who;
    const deadline due;
    bool may_hold = false;  ///< may wait although its holder holds a unit
    instant since{};
    wait_outcome outcome = wait_outcome::queued;
    loan got;
};

/// What becomes of a session that was given back.
enum class given { kept, close_it, not_yours };

/// What the keeper is to do; the slots in it are in state `kept`.
struct chores {
    std::vector<session_slot*> close;   ///< idle until now
    std::vector<session_slot*> revoke;  ///< called back from their callers, to be cancelled
    std::vector<leak> leaks;            ///< to be reported, once a hold
    void clear() { close.clear(), revoke.clear(), leaks.clear(); }
};

class session_queue {
public:
    using clock = std::function<instant()>;
    static constexpr std::size_t statement_shown_max = 120;

    /// `floor` stays open, at most `slots_max` slots are ever used. `phase` in [0, 1) shifts the
    /// lifetimes of this pool against those of other processes.
    session_queue(const session_bounds& bounds, unsigned floor, unsigned slots_max, clock now,
                  double phase = 0);
    ~session_queue();

    /// Adds a vacant slot; at the beginning, slots_max times. It outlives the queue's use.
    void add(session_slot& slot);

    // ---- callers ----

    /// An idle session that needs no check, or none. No clock is read, nothing is allocated.
    loan try_take(const borrower& who) noexcept;
    /// Enters the queue, unless a session is there already or nothing can be had: see `outcome`.
    wait_outcome wait(session_waiter& waiter);
    /// Leaves the queue. False when the outcome was known before.
    bool withdraw(session_waiter& waiter, wait_outcome because);
    /// Gives back what was lent under `generation`. `close_it` makes the slot the keeper's.
    given give(session_slot& slot, std::uint32_t generation) noexcept;
    void note_statement(session_slot& slot, std::string_view text);

    // ---- the keeper ----

    /// How many connections should begin to open now.
    unsigned openings_wanted() const;
    /// Callers that wait for a session, whatever is opening for them.
    unsigned callers_waiting() const;
    /// A vacant slot, now opening, or null.
    session_slot* begin_opening();
    void open_failed(session_slot& slot);
    /// An idle session somebody waits for that must be checked first, now kept, or null.
    session_slot* next_to_check();
    /// True while there are more idle sessions, though they need their check, than callers waiting.
    bool can_check() const;
    /// Takes a lent session out of circulation to tidy it up; false when it is not the caller's.
    bool keep(session_slot& slot, std::uint32_t generation);
    /// Opened, checked or tidied: serves who waits, else idle. `close_it` when it has to go.
    given ready(session_slot& slot);
    /// The connection is lost. True when it was idle: the slot is the keeper's now. Otherwise it
    /// is closed when it comes back.
    bool lost(session_slot& slot);
    /// The keeper is done with a slot; its connection is closed or goes on closing elsewhere.
    void vacate(session_slot& slot);
    /// Every connection of today is to be replaced (the server changed its role).
    void retire_all();
    /// Uses at most `slots` from now on (never more than slots_max); surplus idles are chores.
    void resize(unsigned slots);
    /// The time, at least every tick. `recalled`: others wait for what this pool borrows.
    void tick(bool recalled, chores& out);
    /// Refuses everybody and lends nothing any more; idle sessions are chores.
    void close(chores& out);
    /// Calls every lent session back.
    void call_back_all(chores& out);

    pool_figures figures() const;
    std::vector<leak> holds_longer_than(std::chrono::milliseconds age) const;
    /// "4 of 4 sessions out, 3 waiting; oldest hold: ...", for a refusal's note.
    std::string account() const;

private:
    using list = boost::intrusive::list<session_waiter>;
    unsigned live() const noexcept { return opening_ + lent_ + kept_ + idle_count(); }
    unsigned idle_count() const noexcept { return static_cast<unsigned>(idle_.size()); }
    bool stale(const session_slot& slot) const noexcept;
    bool must_go(const session_slot& slot) const noexcept;
    loan lend(session_slot& slot, const borrower& who) noexcept;
    void settle(session_waiter& waiter, wait_outcome outcome) noexcept;
    void refuse_siblings(const budget::holder* by) noexcept;
    void came_open(session_slot& slot);
    void close_idle(bool recalled, chores& out);
    /// Slots in use that are not about to be closed.
    unsigned staying() const noexcept;
    void serve_or_idle(session_slot& slot);
    void move_to_kept(session_slot& slot, unsigned& from) noexcept;
    void call_back(chores& out);
    void call_back(session_slot& slot, chores& out);
    leak describe(const session_slot& slot) const;
    const session_slot* oldest_hold() const noexcept;

    const session_bounds bounds_;
    const unsigned floor_, slots_max_;
    const clock clock_;
    mutable std::mutex mutex_;
    // guarded by mutex_
    instant now_;                      // of the last tick, or of the last slow step
    unsigned cap_;
    unsigned opening_ = 0, lent_ = 0, kept_ = 0, checking_ = 0;
    unsigned ramp_ = 1;                // openings at once above the floor
    double phase_;
    bool closed_ = false;
    std::vector<session_slot*> slots_, idle_;
    list waiting_;
    controlled_delay delay_;
    pool_figures sums_;                // its counters only
};

}  // namespace headroom::persistence::detail
