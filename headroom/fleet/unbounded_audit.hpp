// fleet/unbounded_audit.hpp: consumers of a plan that nothing limits, whichever server they use.
//
// Pure. Ids begin with HR-MF; docs/audit.md lists them.
#pragma once
#include <optional>
#include <string>

#include "headroom/budget/plan.hpp"
#include "headroom/fleet/audit_page.hpp"

namespace headroom::fleet {

/// A page with a finding for each of them; none when every consumer has a limit. `target`: where
/// the plan was read.
std::optional<audit_page> page_of_unbounded(const budget::plan& declared, std::string target);

}  // namespace headroom::fleet
