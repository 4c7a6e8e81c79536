// fleet/runners.hpp: who reads an event log, told by name: a deprecated poller may run beside the
// runners that took its place, and then every event is handled twice and every pool opened twice.
//
// Pure. A poller is whatever calls itself one ("poller", "polling"); a runner calls itself one
// ("runner", "subscription", headroom's feed and writers) or listens.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "headroom/fleet/finding.hpp"

namespace headroom::fleet {

/// In any case of letters.
bool names_poller(std::string_view name);
bool names_runner(std::string_view name);

/// Both of one database, or of one plan.
struct pollers_and_runners {
    std::string where;  ///< "database orders", "postgres"
    std::vector<std::string> pollers, runners;
    std::uint64_t units = 0;  ///< connections of the pollers
};

/// Adds one finding, and `how` to mend it, where there are both, else nothing.
void find_pollers(advice& into, std::string id, const pollers_and_runners& both,
                  std::string evidence, fix how);

}  // namespace headroom::fleet
