// fleet/detail/standby_body.hpp: the part of a standby's share that lives as long as its loop.
#pragma once
#include <mutex>

#include "headroom/fleet/standby_share.hpp"
#include "headroom/runtime/backoff.hpp"

namespace headroom::fleet {

struct standby_share::body : std::enable_shared_from_this<body> {
    body(reactor& on, standby_terms with);

    reactor& home;
    standby_terms terms;
    ledger_desk desk;
    standby_state state;
    backoff pause;
    std::unique_ptr<persistence::connection> link;  // to the standby
    bool looping = false, stopping = false, fenced = false;
    deadline retry_at{deadline::clock::time_point{}};
    std::string told;
    mutable std::mutex mutex;
    standby_figures shown;  // guarded by mutex

    void follow_control();
    bool is_member() const;
    void lost(const std::string& why);

    /// A look and a visit, and again as long as the look was stale: granted, the state holds.
    task<fleet_result> attempt(deadline until);
    task<void> connect(deadline until);
    task<void> hang_up(deadline until);
    /// Looks after connections to the standby whose close is overdue.
    task<void> tidy(deadline until);
    /// Takes a look, tells the state, and returns it for the ledger.
    task<persistence::jsonb> look(deadline until);
    task<persistence::rows> visit(const persistence::jsonb& seen, deadline until);
    /// Tells the ledger that nothing is held any more, if it can be reached.
    task<void> give_back(deadline until);

    /// Granted: begins the loop.
    void settle_in();
    task<void> act();
    void answered(const fleet_result& what, bool held);
    task<void> loop();

    /// The ledger's ceiling and the fence follow the state.
    void apply();
    void show(const fleet_result& what);
    void tell(const std::string& what);
};

}  // namespace headroom::fleet
