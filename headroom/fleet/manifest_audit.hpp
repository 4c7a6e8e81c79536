// fleet/manifest_audit.hpp: what is wrong with a plan whichever server it is for: consumers that
// nothing limits, threads that nobody counts, pollers beside runners.
//
// Pure. Ids begin with HR-MF; docs/audit.md lists them.
#pragma once
#include <optional>
#include <string>

#include "headroom/budget/plan.hpp"
#include "headroom/fleet/audit_page.hpp"

namespace headroom::fleet {

/// A page with what was found; none when there is nothing to say. `target`: where the plan was
/// read.
std::optional<audit_page> page_of_manifest(const budget::plan& declared, std::string target);

/// Threads against the limit that was stated for them, which is RLIMIT_NPROC or pids.max of the
/// place where they run: beyond it, near it, or none stated. Nothing where none is declared.
void find_threads(advice& into, std::string id, const budget::total& threads);

}  // namespace headroom::fleet
