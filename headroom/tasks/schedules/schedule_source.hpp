// tasks/schedules/schedule_source.hpp: schedules in Redis, as taskiq's ListRedisScheduleSource.
//
//     schedule_source all(mux, {});
//     schedule nightly;
//     nightly.task_name = "demo:tidy";
//     nightly.schedule_id = "nightly";
//     nightly.cron = "30 2 * * *";
//     nightly.clock = "Europe/Paris";
//     co_await all.add(nightly, until);
//
// A step that Python takes in two commands is one script here. Any thread may ask.
#pragma once
#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "headroom/persistence/redis/mux.hpp"
#include "headroom/tasks/schedules/planned_schedule.hpp"

namespace headroom::tasks {

inline constexpr std::size_t schedules_max = 10'000;  ///< of one prefix
inline constexpr std::size_t schedule_prefix_bytes_max = 200;

/// What is wrong with a prefix, as the end of "must ..."; nothing when it is sound. In a cluster
/// it has the queue's name in braces, "{taskiq}:schedule": a slot is claimed and sent in one step.
std::optional<std::string> schedule_prefix_fault(std::string_view prefix);

struct schedule_source_terms {
    std::string prefix = "schedule";
    serializer format = serializer::pickle;  ///< written; what is read says itself
    planning_terms planning{};
};

struct listed_schedule {
    std::string id;
    std::expected<schedule, std::string> of;  ///< or what is wrong with it
    std::optional<std::chrono::sys_seconds> last{};  ///< slot that fired or was passed over
    std::optional<std::chrono::sys_seconds> next{};
};

class schedule_source {
public:
    /// Asserts a sound prefix, and json or pickle. The connection outlives it.
    schedule_source(redis::mux& through, schedule_source_terms with);

    /// Replaces one of the same id. What makes it due unchanged, it goes on after its last slot;
    /// else it counts from now, and an interval is due at once. The refusal is one line.
    task<std::expected<void, std::string>> add(schedule of, deadline until);
    /// False when there was none.
    task<bool> remove(std::string id, deadline until);
    /// Those of all times too, for which the server goes over all of its keys. By id; at most
    /// schedules_max of each list.
    task<std::vector<listed_schedule>> list(deadline until);

private:
    /// Of an id that is there and can be read, and fires once: its list.
    task<std::optional<std::string>> former_list(std::string id, deadline until);

    redis::mux& through_;
    const schedule_source_terms terms_;
};

}  // namespace headroom::tasks
