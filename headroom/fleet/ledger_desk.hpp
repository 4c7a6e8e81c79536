// fleet/ledger_desk.hpp: short visits to the fleet's ledger, each one batch over one connection.
//
// A visit takes a unit of `fleet.ledger`, connects, sends everything it has to say at once (a
// rehearsal, because a new session plans what it has not done yet; the lock; then, as a statement
// of its own, the work; one Sync, which commits) and leaves. Nothing is awaited while the lock is
// held, so a process that is stopped in the middle holds up nobody: the server finishes the batch
// without it.
#pragma once
#include <optional>
#include <vector>

#include "headroom/fleet/reservation.hpp"
#include "headroom/persistence/connection.hpp"
#include "headroom/persistence/door.hpp"

namespace headroom::fleet {

/// Every bound of a visit, standing together.
struct desk_bounds {
    std::chrono::milliseconds lock_ms_max{2'000};   ///< in the queue of other visits
    std::chrono::milliseconds work_ms_max{4'000};   ///< of a statement, on the server
    std::chrono::milliseconds visit_ms_max{5'000};  ///< all of it, connecting included
};

struct desk_terms {
    persistence::door* through = nullptr;  ///< to the budget database; outlives the desk
    budget::grant share;                   ///< of `fleet.ledger`: one unit, served first
    std::string application_name;          ///< application_name{...}.text()
    desk_bounds within{};
};

/// One visit at a time. On the reactor's thread.
///
/// Each call throws what opening a connection does, deadline_passed, and server_error; one that
/// says that a right or the schema is missing names the cure. budget::refused when no unit came
/// free in time.
class ledger_desk {
public:
    ledger_desk(reactor& home, desk_terms terms);

    /// Joins, or comes back with `had` units; 0 for a newcomer. Control holds the proof of life.
    task<fleet_result> admit(const fleet_terms& who, unsigned had, deadline until);
    /// Reports that no more than `closed_to` units are out and `wants` could be used, and asks for
    /// up to who.most.
    task<fleet_result> adjust(const fleet_terms& who, unsigned closed_to, unsigned wants,
                              deadline until);
    /// Any work of the ledger's, in one batch: the rehearsal if there is one, the lock, the work.
    task<persistence::rows> visit(std::optional<persistence::step> rehearsal,
                                  persistence::step what, deadline until);
    /// In good order; false when it was no member.
    task<bool> leave(const fleet_terms& who, deadline until);

    /// True: the unit of a visit stays here between visits, because a process whose units are all
    /// out could not ask for more. Taken as soon as one is free. False: it goes back.
    void keep_unit(bool kept);
    /// A visit would take no further unit.
    bool has_unit() const noexcept { return static_cast<bool>(counter_->unit); }

    const persistence::connect_info& target() const noexcept { return terms_.through->target(); }

private:
    task<persistence::rows> decide(const fleet_terms& who, persistence::step what, deadline until);
    task<persistence::rows> ask(std::vector<persistence::step> batch, deadline until);
    task<budget::lease> unit(deadline until);
    void wish();
    void forget();
    persistence::connection_options options() const;

    /// Written on the reactor, to which a unit may still be on its way when the desk has ended.
    struct counter {
        budget::lease unit;
        bool wishing = false;
    };

    reactor& home_;
    desk_terms terms_;
    bool keeps_ = false;
    const std::shared_ptr<counter> counter_ = std::make_shared<counter>();
};

}  // namespace headroom::fleet
