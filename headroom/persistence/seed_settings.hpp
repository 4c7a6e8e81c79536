// persistence/seed_settings.hpp: the other sizes an existing deployment's .env names.
//
// They belong to a part that is not here yet: Redis. They are declared all the same, so that such a
// file is read, checked and documented as a whole, and so that each name keeps its meaning.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "headroom/runtime/setting_reader.hpp"

namespace headroom::persistence {

struct redis_settings {
    secret url;              ///< REDIS_URL, else made from its parts
    secret tasks_url;        ///< TASKIQ_REDIS_URL; empty: REDIS_URL, another database
    unsigned pool_max = 10;  ///< REDIS_POOL_SIZE: a cap
};

redis_settings read_redis_settings(setting_reader& from);

}  // namespace headroom::persistence
