// tasks/cron/next_fire.hpp: when a cron expression is due next on a clock that people move.
//
// Named hours mean times of day, once a local day: a time the clock skips is due at the instant it
// is skipped, and one it shows twice is due the first time. Where the hour field begins with `*`,
// the expression follows the clock as it runs: what is skipped does not exist, what is shown twice
// is due twice, and so the time that really passed between two dues stays the same.
#pragma once
#include <chrono>
#include <optional>

#include "headroom/tasks/cron/cron_table.hpp"
#include "headroom/tasks/cron/zone.hpp"

namespace headroom::tasks {

/// How far ahead an expression is searched: 29 February is never further away.
inline constexpr std::chrono::days cron_search_max{8 * 366};

/// The first due instant after `after`; nothing if there is none within cron_search_max. Computed
/// from the calendar, by days and not by minutes. Requires a year of 1970 to 9000.
std::optional<std::chrono::sys_seconds> next_fire(const cron_table& table, const zone& on,
                                                  std::chrono::sys_seconds after);

}  // namespace headroom::tasks
