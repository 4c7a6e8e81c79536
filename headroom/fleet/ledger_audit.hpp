// fleet/ledger_audit.hpp: what audits of PostgreSQL, Redis and PgBouncer have in common: a ledger.
//
// Whatever limits connections has a limit, people who were declared, and clients that are live. The
// kinds differ in where this is read and in what else is worth a finding.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "headroom/fleet/backend_match.hpp"
#include "headroom/fleet/finding.hpp"
#include "headroom/fleet/peaks.hpp"

namespace headroom::fleet {

/// Live connections with the same owner, counted.
struct owner_row {
    std::string consumer;  ///< of the plan; empty: nobody declared it
    std::string application_name, role, database, address, state;
    std::uint64_t count = 0;
    std::chrono::seconds oldest{0}, longest_in_state{0};
};

struct ledger_audit : advice {
    std::string target, resource;
    bool has_plan = false;
    std::uint64_t held = 0;         ///< client sessions now, ours not counted
    std::vector<party> parties;     ///< declared against live
    std::vector<owner_row> owners;  ///< largest first
    peaks seen;                     ///< what all looks together saw: findings judge the most
    budget::total peak;             ///< what the verdict was made from
    std::string arithmetic;         ///< "declared 40 + strangers 3 = 43"
    budget::verdict verdict;
};

}  // namespace headroom::fleet
