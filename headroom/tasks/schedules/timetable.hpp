// tasks/schedules/timetable.hpp: what a scheduler knows of its schedules, and what is due. Pure.
//
// The last slots are the server's; this is a copy of them that may be late, so whatever is due here
// is only asked for, and the server decides. Not thread-safe.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "headroom/tasks/cron/misfire.hpp"
#include "headroom/tasks/schedules/planned_schedule.hpp"

namespace headroom::tasks {

/// One slot to ask for.
struct due_slot {
    std::string id;
    std::chrono::sys_seconds at;
    bool fires = true;  ///< else it was missed and is passed over
};

class timetable {
public:
    struct item {
        std::string list, bytes;  ///< as they were read
        std::optional<planned_schedule> plan{};  ///< none: it cannot be read
        std::chrono::sys_seconds last{};
        std::optional<std::chrono::sys_seconds> next{};  ///< or held until then
    };

    /// Requires a sound policy.
    explicit timetable(misfire_policy misfires) : misfires_(misfires) {}

    /// The item with all that is known of it, or null.
    const item* find(const std::string& id) const;
    const std::map<std::string, item>& items() const noexcept { return items_; }
    std::size_t size() const noexcept { return items_.size(); }

    void put(std::string id, std::string list, std::string bytes, planned_schedule plan,
             std::chrono::sys_seconds last);
    void put_faulty(std::string id, std::string list, std::string bytes);
    void drop(const std::string& id) { items_.erase(id); }
    /// That slot is over, whoever fired it.
    void passed(const std::string& id, std::chrono::sys_seconds last);
    /// Asked for no earlier than then.
    void hold(const std::string& id, std::chrono::sys_seconds until);

    std::optional<std::chrono::sys_seconds> next() const;
    /// Of each schedule that is due the first slot, at most so many. The next slot of one comes
    /// once the first has passed.
    std::vector<due_slot> due(std::chrono::sys_seconds now, std::size_t most) const;

private:
    const misfire_policy misfires_;
    std::map<std::string, item> items_;
};

}  // namespace headroom::tasks
