// fleet/reservation.hpp: what a process asks of the fleet's ledger, and what it is answered.
//
// A server's slots are shared by processes that know nothing of each other. Each asks for at least
// its floors and at most its ceiling; what it gets is its reservation, and
//
//     sum of reservations + everybody else's sessions + join reserve  <=  usable
//
// for the server, for each role with a limit and for each database with a limit. Values; pure.
#pragma once
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "headroom/budget/refusal.hpp"
#include "headroom/persistence/parameters.hpp"
#include "headroom/runtime/settings.hpp"

namespace headroom::fleet {

/// What the ledger's header begins with; an operator may change it there.
inline constexpr unsigned join_reserve_usual = 2;

/// Units it may hold as one role in one database, out of its reservation.
struct claim {
    std::string role, database;
    unsigned floor = 0, most = 0;
    bool operator==(const claim&) const = default;
};

/// Who asks, and for how much.
struct fleet_terms {
    std::string system, duty;  ///< as in application_name
    /// application_name::member: the key of its lock, and how its sessions are told from others'.
    std::uint32_t number = 0;
    persistence::uuid identity;  ///< tells two processes of one number apart; chosen at start
    std::string lives_in;        ///< the database control is connected to
    unsigned floor = 1;          ///< least it can work with
    unsigned most = 1;           ///< its ceiling; at least `floor`
    std::vector<claim> claims;   ///< one for each role and database it signs in to
    budget_policy policy = budget_policy::refuse;
};

/// One inequality, as the ledger found it. What the asker holds itself is left out of all of it.
struct bound_figures {
    std::string bound;  ///< "server", "role" or "database"
    std::string name;   ///< "server", "app", "orders"
    unsigned usable = 0;
    unsigned joining = 0;    ///< first connections of processes that join, at least the reserve
    unsigned externals = 0;  ///< known programs that are not ours: the larger of declared and seen
    unsigned strangers = 0;  ///< other sessions, superusers' included
    unsigned orphans = 0;    ///< sessions of members that have gone, not yet ended by the server
    unsigned reserved = 0;   ///< the other members'
    unsigned free = 0;
    unsigned needs = 0;  ///< the asker's floor in it
    int allows = 0;      ///< the largest reservation it lets pass; below the floor: a refusal

    /// usable without anybody but externals and the join reserve: more never fits.
    unsigned ever() const noexcept;
    std::string text() const;  ///< "role app: usable 20 - 3 strangers - 14 reserved = 3 free"
};

/// A share of the server's slots that was granted.
struct reservation {
    unsigned units = 0;
    std::optional<unsigned> target;  ///< what the ledger asks it to shrink to
    bool learning = false;           ///< the server has just restarted: nothing grows
    bool unmet = false;      ///< below its fair part: others were asked, so ask again soon
    unsigned beyond = 0;     ///< of units, those that did not fit: warn or an override let them
    unsigned collected = 0;  ///< rows of dead members this visit removed
    std::vector<bound_figures> bounds;  ///< the binding one first
};

enum class fleet_refusal_reason {
    too_little,        ///< less than the floor is free
    number_taken,      ///< a living member has the same number: start again with another
    no_proof_of_life,  ///< the ledger does not see the asker's lock
    not_a_member,      ///< its row is gone: it has to join again
    no_standby,        ///< the server it looked at is no standby of the ledger's
};

std::string to_string(fleet_refusal_reason reason);

/// Why there was no reservation, with every figure needed to act on it.
struct fleet_refusal {
    fleet_refusal_reason reason = fleet_refusal_reason::too_little;
    std::string asker;  ///< "orders/serve/0badcafe"
    unsigned asked = 0, floor = 0;
    bool learning = false;
    unsigned called = 0;  ///< units other members were asked to give back
    std::vector<bound_figures> bounds;  ///< the binding one first
    std::vector<budget::holding> holders;  ///< largest first, at most holders_max

    static constexpr std::size_t holders_max = 16;

    /// False when waiting cannot help: the floor is larger than what there ever is.
    bool time_can_mend() const noexcept;
    /// One line: "orders/serve/0badcafe needs 9: role app: ...; held by ...".
    std::string message() const;
};

using fleet_result = std::expected<reservation, fleet_refusal>;

}  // namespace headroom::fleet
