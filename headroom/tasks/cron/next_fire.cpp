#include "headroom/tasks/cron/next_fire.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::tasks {
namespace {

using std::chrono::sys_days;
using std::chrono::sys_seconds;
using namespace std::chrono_literals;

/// Of times of day: every time on the wall has one instant, and those in order.
std::optional<sys_seconds> next_time_of_day(const cron_table& table, const zone& on,
                                            sys_seconds after) {
    const auto shown = on.wall(after);
    const auto until = shown + cron_search_max;
    for (auto from = shown + 1s;; from += 1min) {  // a time shown before was due then
        const auto wall = table.next_minute(from, until);
        if (!wall) return std::nullopt;
        const auto due = on.first_instant(*wall);
        if (due > after) return due;  // or else it was shown before, and is about to be again
        from = *wall;
    }
}

/// Of a clock as it runs: within each span in which nobody moves it.
std::optional<sys_seconds> next_on_the_clock(const cron_table& table, const zone& on,
                                             sys_seconds after) {
    const auto until = after + cron_search_max;
    for (auto from = after + 1s; from < until;) {
        const auto span = on.at(from);
        const auto end = std::min(span.end, until);
        if (const auto wall = table.next_minute(from + span.offset, end + span.offset))
            return *wall - span.offset;
        from = end;
    }
    return std::nullopt;
}

}  // namespace

std::optional<sys_seconds> next_fire(const cron_table& table, const zone& on, sys_seconds after) {
    BOOST_ASSERT(after >= sys_days(std::chrono::year(1970) / 1 / 1) &&
                 after < sys_days(std::chrono::year(9001) / 1 / 1));
    return table.fixed_times ? next_time_of_day(table, on, after)
                             : next_on_the_clock(table, on, after);
}

}  // namespace headroom::tasks
