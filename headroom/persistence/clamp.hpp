// persistence/clamp.hpp: making a plan small enough for one limit, in the order operators expect.
//
// The reserve goes first, down to what the plan says somebody needs of it. Then the largest floor
// is cut, unit by unit, until the plan fits or every floor is at its consumer's stated minimum.
// Pure.
#pragma once
#include <string>
#include <vector>

#include "headroom/persistence/start_limits.hpp"

namespace headroom::persistence {

/// A size that became smaller. `what` is a consumer, or a resource when its reserve was cut.
struct cut {
    std::string what;
    bool reserve = false;
    unsigned from = 0, to = 0;
    bool operator==(const cut&) const = default;
};

/// Cuts `plan` in place. False when it does not fit even at its minima; the plan is then as small
/// as it may become.
bool clamp_to(budget::plan& plan, const start_limit& limit);

/// What was cut, reserves first, then consumers in the plan's order.
std::vector<cut> cuts_between(const budget::plan& before, const budget::plan& after);

}  // namespace headroom::persistence
