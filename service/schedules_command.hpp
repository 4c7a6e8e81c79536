// service/schedules_command.hpp: `headroom-service tasks schedules`, and what adds and removes
// them.
#pragma once
#include <cstdint>
#include <iosfwd>
#include <string>

#include "headroom/runtime/name_resolver.hpp"
#include "service/commands.hpp"

namespace headroom::service {

enum class schedules_verb {
    list,
    add,     ///< or replace the one of that id
    remove,
};

struct schedules_request {
    schedules_verb verb = schedules_verb::list;
    std::string id;
    std::string task;
    std::string arguments = "[]";  ///< a JSON array
    std::string cron, zone;        ///< either an expression and where its clock stands; UTC: empty
    std::int64_t every = 0;        ///< or seconds,
    std::string at;                ///< or a moment, as "2031-02-03T04:05:06+02:00"; UTC if unsaid
    std::string queue;             ///< another than TASKIQ_STREAM_PREFIX: its schedules
};

/// One connection to the tasks' Redis. 0 done, 64 arguments that are no JSON array, a moment that
/// is none, or no queue's name, 75 the server cannot be reached, 78 there is no Redis for tasks, it
/// may not, the schedule is refused, or there is none to remove. Says why on `err`. `names` as in
/// operate_tasks().
int operate_schedules(const settings& with, const schedules_request& what, output as,
                      blocking_resolver& names, std::ostream& out, std::ostream& err);

}  // namespace headroom::service
