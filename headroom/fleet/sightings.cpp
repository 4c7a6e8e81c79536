#include "headroom/fleet/sightings.hpp"

#include <fmt/format.h>

namespace headroom::fleet {

look_outcome outcome_of(std::string target, bool seen_any, const look_failure& failure,
                        const peaks& most, std::vector<outage> outages) {
    look_outcome made;
    made.target = std::move(target);
    made.exit_code = failure.exit_code;
    made.outages = std::move(outages);
    if (!failure) return made;
    if (!seen_any)
        made.error = failure.line;
    else
        made.lost = fmt::format("{}; not seen after {}: the figures are of {} looks until then",
                                failure.line, clock_of(most.latest()), most.looks());
    return made;
}

}  // namespace headroom::fleet
