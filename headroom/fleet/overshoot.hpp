// fleet/overshoot.hpp: by how much a server can be fuller than its ledger says, at worst.
//
// The ledger itself never exceeds what is usable: its overshoot is 0. The server's sessions can,
// because some are opened without asking, or before they can ask. Pure.
#pragma once
#include <algorithm>

namespace headroom::fleet {

/// Sessions of a process before it is admitted, and again once it has left: control, and its visit
/// to the ledger.
inline constexpr unsigned sessions_per_joiner = 2;

struct overshoot_terms {
    unsigned joiners = 0;       ///< processes that start or leave at the same moment
    unsigned join_reserve = 0;  ///< slots the ledger keeps free for them
    /// Sessions of strangers, and connections that have not signed in yet (the server hides them),
    /// that came after the last admission counted.
    unsigned arrivals = 0;
    /// What a member whose proof of life is gone may still open before it notices: its reservation
    /// less what it holds. It notices within 4 s (control's ping and statement bounds).
    unsigned unfenced = 0;
};

/// Sessions beyond the usable slots, at most.
constexpr unsigned overshoot_bound(const overshoot_terms& of) noexcept {
    const unsigned first = of.joiners * sessions_per_joiner;
    return first - std::min(first, of.join_reserve) + of.arrivals + of.unfenced;
}

}  // namespace headroom::fleet
