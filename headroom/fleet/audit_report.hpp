// fleet/audit_report.hpp: audits as people and programs read them. Pure; no password is in an
// audit.
#pragma once
#include <string>
#include <vector>

#include "headroom/fleet/audit_probe.hpp"

namespace headroom::fleet {

inline constexpr std::size_t owner_rows_max = 200;  ///< shown; the rest is summed up in one row

std::string as_table(const std::vector<audit_outcome>& all);
std::string as_markdown(const std::vector<audit_outcome>& all);
/// One line. Unknown figures are null; a server without an audit has "error" and no figures.
std::string as_json(const std::vector<audit_outcome>& all);

/// The worst verdict; UNKNOWN at least when a server could not be audited.
budget::colour worst_of(const std::vector<audit_outcome>& all) noexcept;

}  // namespace headroom::fleet
