// fleet/detail/membership_body.hpp: the part of a membership that lives as long as its loop.
#pragma once
#include <mutex>

#include "headroom/fleet/membership.hpp"
#include "headroom/runtime/backoff.hpp"

namespace headroom::fleet {

struct membership::body : std::enable_shared_from_this<membership::body> {
    body(reactor& on, membership_terms with);

    reactor& home;
    membership_terms terms;
    ledger_desk desk;
    member_state state;
    backoff pause;
    persistence::control::subscription calls;
    unsigned capped = ~0U;          // by cap()
    unsigned visited_below = 0;     // as the process's ledger was last told
    std::uint64_t turned_away = 0;  // by the process's ledger, as of the last turn
    deadline look_at{deadline::clock::time_point{}}, heed_at{deadline::clock::time_point{}};
    bool looping = false, stopping = false, fenced = false;
    deadline retry_at{deadline::clock::time_point{}};
    std::string told;
    mutable std::mutex mutex;
    membership_figures shown;  // guarded by mutex

    persistence::advisory_lock proof() const {
        return {persistence::lock_class::proof_of_life,
                static_cast<std::int32_t>(terms.ask.number)};
    }
    persistence::advisory_lock wish() const {
        return {persistence::lock_class::wish, proof().key};
    }
    void listen_to_control();
    void come_back();

    /// One attempt to be admitted: the lock first, then the ledger.
    task<fleet_result> attempt(unsigned had, deadline until);
    void accept(const reservation& what, bool again);
    /// Joined: begins the loop and listens for the ledger's calls.
    task<fleet_result> settle_in(fleet_result joined, deadline until);
    task<void> join_again();
    task<void> visit();
    task<void> act();
    task<void> loop();

    /// What the process could use now.
    void look_at_demand();
    /// A wish shown is a lock that members with their control in any database can see. Only control
    /// being lost stops that, and whoever shows it then finds out by itself.
    task<void> show_wish(bool shown);
    /// Where the ledger's calls are not heard: looks for wishes of others on control.
    task<void> look_for_wishes();

    /// The ledger's ceiling and the fence follow the state.
    void apply();
    void show(const reservation& what);
    void tell(const std::string& what);
};

}  // namespace headroom::fleet
