// tasks/schedules/planned_schedule.hpp: a stored schedule, read and judged.
//
// What it sends, and when. Pure. One schedule that is wrong is a fault of its own and no reason to
// stop the others.
#pragma once
#include <chrono>
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/tasks/cron/trigger.hpp"
#include "headroom/tasks/wire/schedule.hpp"

namespace headroom::tasks {

/// How long a schedule's last slot is remembered beyond its next one.
inline constexpr std::chrono::days slot_kept{30};
/// A cron schedule that somebody else put there counts from so long before it is first seen.
inline constexpr std::chrono::seconds seen_late_max{2};

struct planning_terms {
    std::string queue = "taskiq";  ///< where no label `queue_name` says
    cron_dialect dialect = cron_dialect::headroom;
    std::size_t payload_bytes_max = 64 << 10;  ///< of one encoded message
};

/// What makes it due, one line: "cron 30 2 * * * Europe/Paris". Requires one of the three.
std::string when_text(const schedule& of);

struct planned_schedule {
    schedule of;
    std::string stream;
    std::string when;  ///< when_text(); changed: it counts anew
    trigger due;       ///< an interval's begins with the last slot

    bool fires_once() const { return !of.cron && of.time; }
    /// A new one counts from so long before it is seen: an interval is due at once.
    std::chrono::seconds look_back() const;
    /// How long a slot is remembered, from it on.
    std::chrono::seconds kept_after(std::chrono::sys_seconds slot) const;
    /// The last slot becomes known. For one that fires once the second before it.
    void count_from(std::chrono::sys_seconds last);
    std::chrono::sys_seconds before_first() const;  ///< requires fires_once()

    /// What is sent for a slot: taskiq's message, and the label `schedule_slot`.
    std::expected<std::string, std::string> message(std::chrono::sys_seconds slot,
                                                    std::string task_id) const;
};

/// The fault is one line without anything of the content.
std::expected<planned_schedule, std::string> plan_schedule(schedule of,
                                                           const planning_terms& with);
/// Of what lies under an id's key.
std::expected<planned_schedule, std::string> plan_schedule(std::string_view id,
                                                           std::string_view bytes,
                                                           const planning_terms& with);

}  // namespace headroom::tasks
