// persistence/control.hpp: the one connection that answers when everything else is full.
//
// Constructed first, from the only unit the ledger has at that time. It reads the server's facts,
// listens, holds session locks, and looks after connections whose close nobody has seen. Nothing of
// the service runs on it, every statement of its own is short and has a deadline, and so the server
// drops its locks within milliseconds of a crash (design law 8).
//
// After open() it reconnects by itself, one attempt at a time and paced by the server's gate.
// Session locks do not survive that: on_lost tells their owners, who must stop what the lock
// allowed, and on_restored says that they may ask for them again. Everything on the reactor's
// thread.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "headroom/persistence/advisory_locks.hpp"
#include "headroom/persistence/closing_room.hpp"
#include "headroom/persistence/connection.hpp"
#include "headroom/persistence/detail/control_schedule.hpp"
#include "headroom/persistence/door.hpp"
#include "headroom/persistence/row_security.hpp"
#include "headroom/persistence/server_facts.hpp"

namespace headroom::persistence {

/// The control connection was answered by a transaction pooler, where locks and LISTEN get lost.
class pooler_in_the_way : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

struct control_terms {
    door* through = nullptr;       ///< to the service's own database; outlives control
    std::string application_name;  ///< application_name{...}.text()
    control_bounds within{};
};

class control {
public:
    /// `unit`: the grant of `persistence.control`. One unit is enough; a burst of one lets it come
    /// back while the close of a lost predecessor is not known yet.
    control(reactor& home, budget::grant unit, control_terms terms);
    /// Requires that it was never opened, or stopped.
    ~control();
    control(const control&) = delete;
    control& operator=(const control&) = delete;

    /// One attempt: connects, refuses a pooler, reads the facts; from then on it keeps itself
    /// alive. Throws pooler_in_the_way, server_error, connection_lost, deadline_passed,
    /// resolve_error, budget::refused. May be called again after it threw.
    task<void> open(deadline until);
    /// Ends the loop and closes the connection. Idempotent; also without open(). An attempt to
    /// connect that is under way ends first, up to connect_ms_max later than the deadline.
    task<void> stop(deadline until);

    bool connected() const noexcept;
    /// The latest reading: at most reread_ms old while connected.
    const server_facts& facts() const noexcept;
    /// Reads now. Throws connection_lost when there is no connection at this moment.
    task<server_facts> read_facts(deadline until);
    /// How many times it was connected, the first included.
    unsigned connects() const noexcept;
    int backend_pid() const noexcept;

    /// Session locks. False when another session holds it. Never waits on the server. Asserts that
    /// a lock is not taken twice.
    task<bool> try_lock(advisory_lock which, deadline until);
    task<void> unlock(advisory_lock which, deadline until);
    /// Held by this very session: false from the moment the connection is lost.
    bool holds(advisory_lock which) const noexcept;
    /// Is it held by anybody, in this database? By pg_locks, which any role may read.
    task<bool> is_held(advisory_lock which, deadline until);
    /// Does any other session of the server hold one of this class, in whichever database?
    task<bool> others_hold(lock_class any_of, deadline until);

    /// Notifications of a channel go to `listener`, on the reactor. Listening again after a
    /// reconnect is control's business; what was sent in between is lost, so listeners that need
    /// every one also use on_restored. Move-only handle: gone, it listens no more.
    class subscription;
    task<subscription> listen(identifier channel,
                              std::move_only_function<void(const notification&)> listener,
                              deadline until);

    void on_facts(std::move_only_function<void(const server_facts&)> listener);
    void on_lost(std::move_only_function<void(const std::string& why)> listener);
    void on_restored(std::move_only_function<void()> listener);
    /// An attempt to come back that the server answered with an error: full (53300), starting up,
    /// a password that changed. Control goes on trying.
    void on_refused(std::move_only_function<void(const server_error&)> listener);

    /// Also looks after the guests of this ledger in this room (those of its own ledger in its own
    /// reactor's room it always does): a backend whose close is overdue is terminated, and its
    /// lease freed once the server no longer shows it. `of` is a ledger of control's server, or of
    /// a pooler before it. Both outlive control's loop.
    void look_after(closing_room& room, const budget::ledger& of);
    /// Terminates sessions of a name, ours excepted, and waits until the server no longer shows
    /// them. Returns how many there were. Throws server_error without the right to.
    task<unsigned> terminate(std::string application_name, deadline until);

private:
    struct body;
    std::shared_ptr<body> body_;
};

class [[nodiscard]] control::subscription {
public:
    subscription() = default;
    subscription(subscription&& from) noexcept;
    subscription& operator=(subscription&& from) noexcept;
    ~subscription();

private:
    friend class control;
    struct entry;
    explicit subscription(std::shared_ptr<entry> of) : entry_(std::move(of)) {}
    std::shared_ptr<entry> entry_;
};

}  // namespace headroom::persistence
