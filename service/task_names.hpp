// service/task_names.hpp: under which names tasks lie in Redis.
#pragma once
#include "headroom/observability/logger.hpp"
#include "headroom/persistence/redis/mux.hpp"
#include "service/settings.hpp"

namespace headroom::service {

/// The settings as they are; or, where the tasks had to share the database of REDIS_URL, with names
/// that tell their keys from others. `over` is connected, or was.
tasks::settings tasks_of(const settings& with, const redis::mux& over);

/// Says so, if it is so.
void report_task_names(const settings& with, const redis::mux& over,
                       const observability::logger& log);

}  // namespace headroom::service
