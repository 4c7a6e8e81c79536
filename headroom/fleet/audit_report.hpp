// fleet/audit_report.hpp: audits as people and programs read them. Pure; no password is in a page.
#pragma once
#include <span>
#include <string>

#include "headroom/fleet/audit_page.hpp"

namespace headroom::fleet {

inline constexpr std::size_t table_rows_max = 200;  ///< shown; the rest is summed up in one row

std::string as_table(std::span<const audit_page> all);
std::string as_markdown(std::span<const audit_page> all);
/// One line. Unknown figures are null; a target without an audit has "error" and no figures.
std::string as_json(std::span<const audit_page> all);

/// The worst verdict; UNKNOWN at least when a target could not be audited.
budget::colour worst_of(std::span<const audit_page> all) noexcept;

}  // namespace headroom::fleet
