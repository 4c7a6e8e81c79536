// tasks/cron/zone.hpp: a local clock and how far it is ahead of UTC at any instant.
#pragma once
#include <chrono>
#include <memory>
#include <optional>
#include <string_view>

#include "headroom/tasks/cron/posix_rule.hpp"
#include "headroom/tasks/wire/schedule.hpp"

namespace headroom::tasks {

/// What a clock on the wall shows, as if it were UTC.
using wall_seconds = std::chrono::sys_seconds;

/// A zone of the system's tz database, or a fixed distance from UTC. Cheap to copy; thread-safe.
/// The first use of a zone reads its file: a few milliseconds once a process, to the first of all
/// more.
class zone {
public:
    zone() = default;  ///< UTC
    static zone fixed(std::chrono::seconds ahead);
    /// Nothing for a name the database does not have; names are case-sensitive.
    static std::optional<zone> named(std::string_view name);
    /// Of a schedule's cron_offset.
    static std::optional<zone> of(const cron_clock& clock);

    offset_span at(std::chrono::sys_seconds instant) const;
    wall_seconds wall(std::chrono::sys_seconds instant) const;

    /// When the clock first shows that time; for a time it skips, the instant it skips it. So
    /// every time on the wall has exactly one instant, and later times no earlier one.
    std::chrono::sys_seconds first_instant(wall_seconds wall) const;

private:
    struct table;
    std::shared_ptr<const table> table_;  // none: a fixed distance
    std::chrono::seconds ahead_{0};
};

}  // namespace headroom::tasks
