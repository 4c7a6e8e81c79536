// tasks/settings.hpp: which queue, how many tasks at a time, which schedules, and what a worker
// takes of the budget.
//
// The names are those an existing deployment has, where it has one.
#pragma once
#include <chrono>
#include <map>
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
    bool prefix_is_named = false;  ///< it was said, and is no default
    cron_dialect dialect = cron_dialect::headroom;  ///< HEADROOM_SCHEDULE_DIALECT
    misfire_policy misfires{};                      ///< HEADROOM_SCHEDULE_MISFIRES and _GRACE
};

struct settings {
    std::string queue = "taskiq";    ///< TASKIQ_STREAM_PREFIX
    bool queue_is_named = false;     ///< it was said, and is no default
    std::vector<queue_share> queues{{}};  ///< HEADROOM_TASK_QUEUES: a worker's; else `queue` alone
    bool strict = false;             ///< HEADROOM_TASK_QUEUE_ORDER
    /// HEADROOM_TASK_LIMITS: by a task's name, instead of those its handler has.
    std::map<std::string, run_limits, std::less<>> limits;
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

/// Of a Redis with a single database, where the queue's keys lie among others: unless they were
/// named, queue, results and schedules are those of `system`, "shop:taskiq", all in one slot of a
/// cluster. The outbox names the queue as before.
settings within_shared_database(settings with, const std::string& system);

/// Of another queue: a prefix of schedules that was named is kept.
settings of_queue(settings with, const std::string& queue);

worker_terms worker_terms_of(const settings& with);
scheduler_terms scheduler_terms_of(const settings& with);
schedule_source_terms schedule_source_terms_of(const settings& with);

// ---- what a worker takes of the budget, beside the connection it shares ----

inline constexpr char reader_consumer[] = "tasks.reader";
inline constexpr char sockets_consumer[] = "tasks.sockets";

/// The rows of `redis` and `files`.
std::vector<budget::consumer> consumers();

}  // namespace headroom::tasks
