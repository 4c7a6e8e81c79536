// tasks/wire/schedule.hpp: a schedule as taskiq-redis' ListRedisScheduleSource stores it.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "headroom/tasks/wire/codec_fault.hpp"
#include "headroom/tasks/wire/iso_time.hpp"
#include "headroom/tasks/wire/serializer.hpp"
#include "headroom/tasks/wire/task_message.hpp"
#include "headroom/tasks/wire/value.hpp"

namespace headroom::tasks {

inline constexpr std::size_t schedule_id_bytes_max = 512;
inline constexpr std::size_t cron_bytes_max = 256;   ///< of an expression
inline constexpr std::size_t zone_bytes_max = 64;    ///< of a zone's name
inline constexpr std::chrono::hours interval_max{24 * 3653};
inline constexpr std::chrono::hours clock_ahead_max{24};  ///< of UTC, or behind it

/// Where a cron expression's clock stands: UTC, a zone of the tz database, or a fixed distance
/// ahead of UTC.
using cron_clock = std::variant<std::monostate, std::string, std::chrono::microseconds>;

/// An interval keeps the form it was written in, for it is written back into shared lists.
struct schedule_interval {
    std::chrono::seconds every{1};  ///< 1 s to interval_max, no fractions
    bool as_duration = false;       ///< "PT2M" and not 120
    bool operator==(const schedule_interval&) const = default;
};

/// A task that is to be sent later or again and again. Of cron, time and interval at least one is
/// set; the first that is set decides.
struct schedule {
    std::string task_name;
    object labels;  ///< texts; their types are not stored, so each is sent with code 3
    array args;
    object kwargs;
    std::optional<std::string> task_id;  ///< none: a new one each time
    std::string schedule_id;
    std::optional<std::string> cron;
    cron_clock clock;
    std::optional<date_time> time;
    std::optional<schedule_interval> interval;
    bool operator==(const schedule&) const = default;
};

/// Of JSON or pickle, with what pydantic takes for `time` and `interval`. A cron expression and a
/// zone's name are bounded here and judged where they are used.
decoded<schedule> read_schedule(std::string_view bytes, const codec_limits& limits = {});
decoded<std::string> write_schedule(const schedule& of, serializer format);

/// The message of one fire: labels as texts of code 3, schedule_id among them.
task_message message_of(const schedule& of, std::string task_id);

/// The keys under a source's prefix, "schedule" unless it was given another.
class schedule_keys {
public:
    explicit schedule_keys(std::string prefix = "schedule") : prefix_(std::move(prefix)) {}

    std::string data(std::string_view schedule_id) const;
    /// headroom's own: the last slot, and a count of what was added and removed.
    std::string slot(std::string_view schedule_id) const;
    std::string version() const { return prefix_ + ":version"; }
    std::string any_time() const { return prefix_ + ":time:*"; }  ///< a pattern
    std::string cron() const { return prefix_ + ":cron"; }
    std::string interval() const { return prefix_ + ":interval"; }
    /// The list of a UTC minute: "<prefix>:time:2031-02-03T02:05".
    std::string time(std::chrono::sys_time<std::chrono::microseconds> instant) const;
    /// Which minute a list is for; nothing if the key is none of this prefix.
    std::optional<std::chrono::sys_time<std::chrono::minutes>> minute_of(
        std::string_view key) const;
    /// The list a schedule's id belongs into: of the first of cron, time and interval that is set.
    std::string index_of(const schedule& of) const;

private:
    std::string prefix_;
};

}  // namespace headroom::tasks
