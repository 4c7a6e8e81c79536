// tasks/cron/cron_expression.hpp: headroom's own dialect of cron.
//
// An expression means what it says or is refused. Five fields between blanks: minute, hour, day of
// the month, month, weekday. A field is a list of `*`, `*/n`, `a`, `a-b` and `a-b/n`; months and
// weekdays have English names of three letters; 7 is Sunday, too. Where neither day nor weekday
// begins with `*`, either suffices, as in cron(8). For all five: @yearly, @annually, @monthly,
// @weekly, @daily, @midnight, @hourly.
#pragma once
#include <expected>
#include <string_view>

#include "headroom/tasks/cron/cron_table.hpp"

namespace headroom::tasks {

/// A value out of range, a range that runs backwards, a step of 0 or without a range, a sixth field
/// and every other word is a fault. Expressions longer than cron_bytes_max are refused.
std::expected<cron_table, cron_fault> parse_cron(std::string_view expression);

}  // namespace headroom::tasks
