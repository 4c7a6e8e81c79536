// service/budget_document.hpp: the audit of our own budget, as Markdown.
//
// Computed from the consumers a process declares, so it cannot say what the process does not do.
// Laid out like an audit of any stack: inventory, summary, findings, analysis.
#pragma once
#include <string>

#include "service/blueprint.hpp"

namespace headroom::service {

/// PostgreSQL's own defaults, which the document compares with: it asks no server.
inline constexpr unsigned assumed_limit = 100, assumed_reserved = 3;

/// The same text on every machine: limits of the process are read at start and not printed. A
/// plan that cannot be declared is a fault. Requires uses_postgres(of).
std::expected<std::string, setting_fault> budget_document(const settings& with, duty of);

}  // namespace headroom::service
