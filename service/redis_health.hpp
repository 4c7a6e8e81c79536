// service/redis_health.hpp: how a process's shared connection to Redis is, for those on call.
#pragma once
#include "headroom/observability/health.hpp"
#include "headroom/persistence/redis/mux.hpp"

namespace headroom::service {

inline observability::health_result health_of(const redis::mux_figures& of) {
    using enum observability::health_status;
    return {of.connected ? pass : warn, static_cast<double>(of.waiting), "waiting commands",
            of.connected ? "" : of.last_error};
}

}  // namespace headroom::service
