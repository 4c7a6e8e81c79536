// fleet/fleet_fact.hpp: what the refusals of a process's pools say of the fleet.
#pragma once
#include "headroom/budget/refusal.hpp"
#include "headroom/fleet/membership.hpp"

namespace headroom::fleet {

/// "fleet: 12 of 97 usable are reserved for this process, 42 for all members, 2 for joining, 10 for
/// externals, 1 strangers, 0 orphans, 42 free, as of 1.2 s ago": the server's book as the ledger's
/// last answer had it. Figures are named fleet_usable, fleet_reservation and so on; none before
/// the first answer. `now` is not before told_at. Pure.
budget::fact fact_of(const membership_figures& of, deadline::clock::time_point now);

}  // namespace headroom::fleet
