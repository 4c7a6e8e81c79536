#include "headroom/tasks/cron/cron_table.hpp"

namespace headroom::tasks {
namespace {

using std::chrono::days;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr int minutes_of_day = 24 * 60;

bool is_due_day(const cron_table& table, const std::chrono::year_month_day& date) {
    const std::chrono::weekday weekday{sys_days(date)};
    return table.months[unsigned(date.month())] &&
           table.days[unsigned(date.day())][weekday.c_encoding()];
}

/// The first due minute of a day at or after `from`, counted from midnight.
std::optional<int> due_minute(const cron_table& table, int from) {
    for (int minute = from; minute < minutes_of_day; ++minute) {
        if (!table.hours[static_cast<std::size_t>(minute / 60)]) {
            minute += 59 - minute % 60;
            continue;
        }
        if (table.minutes[static_cast<std::size_t>(minute % 60)]) return minute;
    }
    return std::nullopt;
}

/// The day after, or the first of the next month if this one is not meant at all.
sys_days next_day(const cron_table& table, sys_days day) {
    const std::chrono::year_month_day date(day);
    if (table.months[unsigned(date.month())]) return day + days(1);
    return sys_days((date.year() / date.month() + std::chrono::months(1)) / 1);
}

}  // namespace

bool cron_table::matches(sys_seconds wall) const {
    const auto day = std::chrono::floor<std::chrono::days>(wall);
    const auto minute = static_cast<std::size_t>(
        std::chrono::floor<std::chrono::minutes>(wall - day).count());
    return is_due_day(*this, day) && hours[minute / 60] && minutes[minute % 60];
}

std::optional<sys_seconds> cron_table::next_minute(sys_seconds from, sys_seconds until) const {
    const auto first = std::chrono::ceil<std::chrono::minutes>(from);
    for (auto day = std::chrono::floor<std::chrono::days>(first); sys_seconds(day) < until;
         day = next_day(*this, day)) {
        if (!is_due_day(*this, day)) continue;
        const auto start = day < first ? static_cast<int>((first - day).count()) : 0;
        const auto minute = due_minute(*this, start);
        if (!minute) continue;
        const auto found = day + std::chrono::minutes(*minute);
        if (found >= until) return std::nullopt;
        return found;
    }
    return std::nullopt;
}

}  // namespace headroom::tasks
