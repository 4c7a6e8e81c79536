// persistence/seed_settings.hpp: the other sizes an existing deployment's .env names.
//
// They belong to parts that are not here yet: the event store with its projections, and Redis.
// They are declared all the same, so that such a file is read, checked and documented as a whole,
// and so that each name keeps its meaning.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "headroom/runtime/setting_reader.hpp"

namespace headroom::persistence {

/// Sizes eventsourcing.event_store and its projections. Per process, not per projection.
struct event_store_settings {
    unsigned pool = 2;                 ///< POSTGRES_POOL_SIZE: its floor
    std::optional<unsigned> overflow;  ///< POSTGRES_MAX_OVERFLOW: caps what it borrows
    unsigned runners_max = 8;          ///< MAX_PROJECTION_RUNNERS; 0: a process without any
};

struct redis_settings {
    secret url;              ///< REDIS_URL, else made from its parts
    secret tasks_url;        ///< TASKIQ_REDIS_URL; empty: REDIS_URL, another database
    unsigned pool_max = 10;  ///< REDIS_POOL_SIZE: a cap
};

event_store_settings read_event_store_settings(setting_reader& from);
redis_settings read_redis_settings(setting_reader& from);

}  // namespace headroom::persistence
