// persistence/start_decision.hpp: may this process start with this plan on these servers?
//
// Arithmetic first (design law 3): the plan's peak is compared with what every limit leaves usable,
// its floors with what is free at this moment, and the policy says what follows. Pure: the
// coroutine around it (admission.hpp) reads the limits, waits and tries again.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "headroom/budget/verdict.hpp"
#include "headroom/persistence/clamp.hpp"
#include "headroom/persistence/start_limits.hpp"
#include "headroom/runtime/settings.hpp"

namespace headroom::persistence {

/// One limit with what the plan wants of it.
struct checked_limit {
    start_limit limit;
    budget::figure usable, peak;
    std::uint64_t floors = 0;  ///< of this process alone: what it opens at once
    budget::verdict verdict;
};

enum class start_action {
    start,
    wait,    ///< nothing is wrong that time cannot mend: try again until the start timeout
    refuse,  ///< something has to be changed
};

struct start_decision {
    start_action act = start_action::refuse;
    int exit_code = 0;      ///< of a refusal, or of a wait that has ended; 0 when it starts
    std::string reason;     ///< one line: what does not fit, by how much, and what to change
    std::vector<cut> cuts;  ///< what clamp took away
    std::vector<std::string> warnings;
    std::vector<checked_limit> checks;  ///< in the order of the limits
    budget::plan plan;                  ///< what starts: with the limits, after the cuts
};

/// Limits of resources the plan does not have are ignored; a resource without any limit is
/// started with.
///
/// refuse: a peak above usable ends with exit 78. clamp: it is cut, or refused. warn: it starts,
/// and no bound is promised. wait: it waits, then 78. A limit that is not known, and floors above
/// what is free now, wait under every policy but warn, then 75.
start_decision decide(const budget::plan& plan, std::span<const start_limit> limits,
                      budget_policy policy);

/// "postgres: peak 40 exceeds 17 usable by 23 (server: ...); largest: ...; set ... or ...".
std::string over_budget_line(const checked_limit& check, const budget::plan& plan);

}  // namespace headroom::persistence
