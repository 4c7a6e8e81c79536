// persistence/sessions.hpp: the pool from which transactions and slow statements borrow.
//
// At most floor + burst connections, the floor open from the start, the rest borrowed from the
// process's shared reserve and given back. Callers are served first come, first served, each until
// its own deadline; who already holds a unit is never made to queue (design law 5).
//
//     auto lent = co_await pool.take(request, until);        // or a refusal with its figures
//     auto work = co_await std::move(*lent).begin(tenant, until);
//     co_await work.run(insert_order, until, id, total);
//     co_await work.commit(until);
#pragma once
#include <functional>
#include <memory>
#include <optional>
#include <source_location>

#include "headroom/persistence/pool_figures.hpp"
#include "headroom/persistence/session.hpp"
#include "headroom/persistence/session_bounds.hpp"
#include "headroom/persistence/session_opener.hpp"

namespace headroom::persistence {

/// Placed on one reactor with all its connections. take(), try_take() and the figures may be used
/// from any thread, start() and stop() on its reactor. Outlives every session it lent.
class sessions {
public:
    sessions(reactor& home, budget::grant share, session_opener opener, connection_options options,
             const session_bounds& bounds = {});
    ~sessions();
    sessions(const sessions&) = delete;
    sessions& operator=(const sessions&) = delete;

    /// Opens the floor; throws what connection::open throws, or deadline_passed.
    task<void> start(deadline until);
    /// Refuses whoever waits, lets lent sessions come back until the deadline, then ends them;
    /// returns when every unit is back or its connection waits in the closing room. Idempotent,
    /// also without start.
    task<void> stop(deadline until);

    /// A session: an idle one, or of the floor, or borrowed; else waits. Refusals: holds_already,
    /// queue_full (too many wait, or the queue stands), timed_out, closing; their note names the
    /// oldest hold and its statement. `by` outlives the session.
    task<budget::result<session>> take(
        budget::holder& by, deadline until,
        std::source_location at = std::source_location::current());

    /// An idle session at once, or nothing. Never waits, allocates or reads a clock.
    std::optional<session> try_take(
        budget::holder& by,
        std::source_location at = std::source_location::current()) noexcept;

    /// take() and begin() in one call.
    task<budget::result<transaction>> begin(
        budget::holder& by, deadline until, transaction_mode mode = transaction_mode::read_write,
        std::source_location at = std::source_location::current());
    task<budget::result<transaction>> begin(
        budget::holder& by, tenant_id tenant, deadline until,
        transaction_mode mode = transaction_mode::read_write,
        std::source_location at = std::source_location::current());

    /// Uses at most `count` connections from now on, never more than floor + burst. Surplus idle
    /// ones close at once, lent ones when they come back.
    void resize(unsigned count);
    /// Replaces every connection, lent ones when they come back: the server changed its role.
    void retire_all();
    /// retire_all() for who does not own the pool: nothing happens once it is gone. To be called on
    /// its reactor.
    std::function<void()> retirer() const;

    pool_figures figures() const;
    std::vector<leak> holds_longer_than(std::chrono::milliseconds age) const;
    /// Called once for each hold that exceeds leak_ms, on the reactor. Set before start().
    void on_leak(std::function<void(const leak&)> report);
    /// One more fact for every refusal, e.g. server_note's. Set before start().
    void add_to_refusals(budget::fact_source source);
    /// What a refusal says beside its own figures: how many sessions are out, the oldest hold and
    /// its statement, why the last connection failed, and what was added.
    budget::fact account() const;
    reactor& home() noexcept;

private:
    struct waiting;
    task<budget::result<session>> wait(budget::holder& by, deadline until, std::source_location at);
    bool may_queue(const budget::holder& by) const;
    bool waits_on_nobody() const;
    budget::refusal refuse(budget::refusal_reason why, std::chrono::milliseconds waited) const;

    std::unique_ptr<detail::session_keeper> keeper_;
    budget::fact_source source_;
};

}  // namespace headroom::persistence
