// tasks/settings.hpp: which queue, how many tasks at a time, which schedules, and what a worker
// takes of the budget.
//
// The names are those an existing deployment has, where it has one.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "headroom/budget/plan.hpp"
#include "headroom/runtime/setting_reader.hpp"
#include "headroom/tasks/producer.hpp"
#include "headroom/tasks/schedules/scheduler.hpp"
#include "headroom/tasks/worker.hpp"

namespace headroom::tasks {

struct schedule_settings {
    /// HEADROOM_SCHEDULE_PREFIX; by default that of taskiq, or the queue's own: two services of one
    /// Redis do not see each other's.
    std::string prefix = "schedule";
    cron_dialect dialect = cron_dialect::headroom;  ///< HEADROOM_SCHEDULE_DIALECT
    misfire_policy misfires{};                      ///< HEADROOM_SCHEDULE_MISFIRES and _GRACE
};

struct settings {
    std::string queue = "taskiq";    ///< TASKIQ_STREAM_PREFIX
    unsigned concurrency = 100;      ///< HEADROOM_TASK_CONCURRENCY
    std::chrono::milliseconds lease{15'000};  ///< HEADROOM_TASK_LEASE
    /// HEADROOM_TASK_RESULTS and TASKIQ_RESULT_TTL; none: results are not stored.
    std::optional<result_terms> results{result_terms{}};
    /// HEADROOM_TASK_PYTHON_IDLE: Python workers read the same queue; 0: they do not.
    std::chrono::milliseconds python_idle{0};
    schedule_settings schedules;
};

/// Declares and reads them. Faults are kept by the reader.
settings read_settings(setting_reader& from);

worker_terms worker_terms_of(const settings& with);
scheduler_terms scheduler_terms_of(const settings& with);
schedule_source_terms schedule_source_terms_of(const settings& with);

// ---- what a worker takes of the budget, beside the connection it shares ----

inline constexpr char reader_consumer[] = "tasks.reader";
inline constexpr char sockets_consumer[] = "tasks.sockets";

/// The rows of `redis` and `files`.
std::vector<budget::consumer> consumers();

}  // namespace headroom::tasks
