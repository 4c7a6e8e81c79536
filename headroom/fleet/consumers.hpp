// fleet/consumers.hpp: what membership takes of a process's budget, and what a process's budget
// asks of the fleet.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "headroom/budget/plan.hpp"
#include "headroom/fleet/reservation.hpp"

namespace headroom::fleet {

inline constexpr char ledger_consumer[] = "fleet.ledger";

/// The row of `postgres`: visits borrow one unit of the reserve. Without a reserve they have a unit
/// of their own, or nobody could join. `role`: as whom they sign in.
budget::consumer consumer(const std::string& role, unsigned reserve);

/// What one process may hold at least and at most, and as which roles.
struct process_share {
    unsigned floor = 0;  ///< of all consumers that are open together, and a unit to visit with
    unsigned most = 0;   ///< the ceiling
    std::vector<claim> claims;
};

/// Reads the steady phase of a plan: a claim for each role, `role` standing for consumers that name
/// none. Any role with a burst may borrow the whole reserve. Requires a ceiling above 0. Pure.
process_share share_of(const budget::plan& plan, std::string_view resource,
                       const std::string& role, const std::string& database);

}  // namespace headroom::fleet
