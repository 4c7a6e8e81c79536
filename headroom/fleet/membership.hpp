// fleet/membership.hpp: a process as a member of the fleet, from joining to leaving.
//
// It takes its proof of life on control, asks the ledger for its share over short visits, and keeps
// the process's own ledger within what it was granted. When control is lost it closes the fence:
// nothing may open until the same lease is taken again (member_state.hpp). Its share is free for
// others the moment the server drops control's socket; nothing has to expire.
//
// Everything on the reactor of control, figures() from any thread.
#pragma once
#include <functional>
#include <memory>

#include "headroom/fleet/ledger_desk.hpp"
#include "headroom/fleet/member_state.hpp"
#include "headroom/fleet/reservation.hpp"
#include "headroom/persistence/control.hpp"

namespace headroom::fleet {

struct membership_terms {
    persistence::control* control = nullptr;  ///< open; all of these outlive the membership
    std::string control_name;                 ///< its application_name
    budget::ledger* ledger = nullptr;         ///< of this process and this server
    fleet_terms ask;
    desk_terms desk;
    member_bounds within{};
    /// False under `warn`, which promises no bound: the ledger's ceiling is left alone.
    bool bounded = true;
    /// True: the doors stay shut for everything but control and the visits; false: open again.
    std::function<void(bool)> fence{};
    /// Told what an operator should know, once each time it changes.
    std::function<void(const std::string&)> tell{};
    /// True: give up joining at once, e.g. because SIGTERM came.
    std::function<bool()> give_up{};
};

struct membership_figures {
    member_phase phase = member_phase::joining;
    unsigned reservation = 0, floor = 0, most = 0, limit = 0;
    unsigned demand = 0;  ///< what the process could use of late, between floor and most
    std::optional<unsigned> target;
    bool safe_mode = false, learning = false;
    unsigned beyond = 0;     ///< of the reservation, what did not fit and was let pass
    unsigned rejoins = 0;    ///< lives after the first
    unsigned failures = 0;   ///< visits that did not reach the ledger
    /// What it may still open before it would notice that its proof of life is gone
    /// (overshoot.hpp, `unfenced`).
    unsigned unfenced_max = 0;
    std::vector<bound_figures> bounds;  ///< as the last answer had them, the binding one first
    deadline::clock::time_point told_at{};  ///< when that answer came
};

class membership {
public:
    membership(reactor& home, membership_terms terms);
    /// Requires leave(), or that it never joined.
    ~membership();
    membership(const membership&) = delete;
    membership& operator=(const membership&) = delete;

    /// Takes the proof of life and a reservation of at least the floor, and from then on looks
    /// after it. Whatever time can mend is waited for until the deadline, with growing, jittered
    /// pauses: a server that is down or full, shares that others are giving back. A floor that
    /// could never fit is refused at once, except under `wait`. Throws server_error where a right
    /// or the schema is missing, and what the last attempt threw when the deadline has passed.
    task<fleet_result> join(deadline until);

    /// Gives the share back in good order; the rest of the process has closed its connections.
    /// Idempotent, also without join(). When the ledger cannot be reached, the end of control's
    /// socket does the same.
    task<void> leave(deadline until);

    /// Another bound on the process's ledger, e.g. what limit_watch found. Never below the floor.
    void cap(unsigned ceiling);

    membership_figures figures() const;

private:
    struct body;
    std::shared_ptr<body> body_;
};

}  // namespace headroom::fleet
