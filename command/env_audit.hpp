// command/env_audit.hpp: the settings of several services as one plan, judged, and as a page.
#pragma once
#include <map>
#include <string>
#include <vector>

#include "command/env_reading.hpp"
#include "headroom/fleet/audit_page.hpp"
#include "headroom/fleet/declared_audit.hpp"

namespace headroom::command {

/// Limits by the resource's name in the plan.
using limits_by_resource = std::map<std::string, fleet::known_limit, std::less<>>;

struct env_audit : fleet::advice {
    std::string target;  ///< "web.env, jobs.env"
    std::vector<env_pool> pools;
    budget::plan plan;  ///< one consumer a pool; no limits yet
    std::vector<env_pool> threads;
};

/// Pure. What no limit is needed for: who opens what, and what is wrong with the settings.
env_audit audit_environment(const std::vector<env_source>& sources, const env_terms& terms,
                            const budget::multipliers& times);

/// A setting the manifest names has another value in a file.
void compare_with_manifest(env_audit& audit, const std::vector<env_source>& sources,
                           const budget::plan& manifest);

/// The verdict is the worst of all resources; one without a limit is UNKNOWN.
fleet::audit_page page_of(const env_audit& of, const limits_by_resource& limits);

}  // namespace headroom::command
