// observability/budget_snapshot.hpp: the budget of a running process as one JSON document.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "headroom/budget/book.hpp"
#include "headroom/budget/report.hpp"

namespace headroom::observability {

/// Who holds what now, beside the verdict of the plan: {"time", "verdict", "rule",
/// "resources":[{"name", "limit", "usable", "sum", "peak", "verdict", "reason", "ceiling",
/// "floors", "reserve", "held", "closing", "held_max", "headroom", "consumers":[{"name", "floor",
/// "burst", "held", "closing", "borrowed", "held_max", "denied", "waiting"}]}]}. A figure that is
/// unknown is null. A resource without a ledger has no live figures.
std::string budget_snapshot(const std::vector<budget::ledger_snapshot>& ledgers,
                            const budget::report& planned,
                            std::chrono::system_clock::time_point at);

}  // namespace headroom::observability
