// fleet/standby_share.hpp: what a member of a fleet may hold on a standby of its server.
//
// A standby lets sessions in up to limits of its own and has no ledger, so the share stands in its
// primary's (0005_standby.sql). The process keeps one connection to the standby, out of the share:
// it looks there, tells the ledger what it saw, and keeps its ledger of the standby within what it
// was granted. That connection's end, like the end of the proof of life on the primary, closes the
// fence at once: nothing may open there until a new look was answered.
//
// One share, one standby: its door leads to one address. Members lend each other nothing there; a
// share grows from what is free, and is given back when the process leaves.
//
// Everything on the reactor of control, figures() from any thread.
#pragma once
#include <functional>
#include <memory>

#include "headroom/fleet/ledger_desk.hpp"
#include "headroom/fleet/membership.hpp"
#include "headroom/fleet/standby_state.hpp"
#include "headroom/persistence/control.hpp"

namespace headroom::fleet {

struct standby_terms {
    persistence::control* control = nullptr;  ///< on the primary; all of these outlive the share
    const membership* member = nullptr;       ///< by that control, and it has joined
    budget::ledger* ledger = nullptr;  ///< of this process and this standby: "postgres.standby"
    /// To a database of the ledger's name on the standby, for the looks alone: `fence` leaves it
    /// open.
    persistence::door* through = nullptr;
    /// Of `ledger`, the looks' connection: a floor of 1, and a burst of 1 while the close of a lost
    /// predecessor is not known.
    budget::grant look;
    std::string application_name;  ///< the looks'
    /// The member's, but floor, most and claims are the ledger's of the standby. The policy is
    /// refuse or wait: nothing is let pass that does not fit.
    fleet_terms ask;
    desk_terms desk;  ///< to the primary's ledger, with a grant of its own
    standby_bounds within{};
    /// Where connections to the standby may wait for their close beside this reactor's own room:
    /// the looks' connection looks after them, as control does on the primary.
    std::vector<persistence::closing_room*> rooms{};
    /// True: the doors to the standby stay shut; false: open again.
    std::function<void(bool)> fence{};
    /// Told what an operator should know, once each time it changes.
    std::function<void(const std::string&)> tell{};
    /// True: give up joining at once.
    std::function<bool()> give_up{};
};

struct standby_figures {
    standby_phase phase = standby_phase::joining;
    std::string scope;  ///< "<system identifier>/<start in microseconds>" of the standby
    unsigned reservation = 0, floor = 0, most = 0, limit = 0;
    bool safe_mode = false, learning = false;
    std::vector<bound_figures> bounds;  ///< as the last answer had them, the binding one first
};

class standby_share {
public:
    standby_share(reactor& home, standby_terms terms);
    /// Requires leave(), or that it never joined.
    ~standby_share();
    standby_share(const standby_share&) = delete;
    standby_share& operator=(const standby_share&) = delete;

    /// Takes a share of at least the floor, and from then on looks after it. Waits as
    /// membership::join does; a server that is no standby of the ledger's is refused at once.
    task<fleet_result> join(deadline until);

    /// Gives the share back in good order, before the membership leaves; the rest of the process
    /// has closed its sessions there. Idempotent, also without join(). When the ledger cannot be
    /// reached, the end of the proof of life does the same.
    task<void> leave(deadline until);

    standby_figures figures() const;

private:
    struct body;
    std::shared_ptr<body> body_;
};

}  // namespace headroom::fleet
