#include "service/task_names.hpp"

namespace headroom::service {

tasks::settings tasks_of(const settings& with, const redis::mux& over) {
    if (!over.on_spare()) return with.tasks;
    return tasks::within_shared_database(with.tasks, with.process.system);
}

void report_task_names(const settings& with, const redis::mux& over,
                       const observability::logger& log) {
    if (!over.on_spare()) return;
    const auto names = tasks_of(with, over);
    const auto& at = *with.redis.tasks;
    log.warn("the tasks share the database of REDIS_URL: the next one was refused",
             {{"database", static_cast<std::int64_t>(at.spare_database.value_or(0))},
              {"refused", static_cast<std::int64_t>(at.database)},
              {"queue", names.queue},
              {"schedules", names.schedules.prefix}});
}

}  // namespace headroom::service
