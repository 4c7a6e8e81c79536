// service/task_handlers.hpp: what a worker of this service can do.
#pragma once
#include "headroom/observability/logger.hpp"
#include "headroom/persistence/lanes.hpp"
#include "headroom/tasks/handlers.hpp"
#include "service/identity/agent_service.hpp"
#include "service/settings.hpp"
#include "service/tenancy/service.hpp"

namespace headroom::service {

/// All of it outlives the handlers.
struct task_ground {
    const settings& with;
    const persistence::lanes& over;
    const tenancy::tenant_service& tenants;
    const identity::agent_service& agents;
    const observability::logger& log;
};

tasks::handlers all_handlers(const task_ground& on);

}  // namespace headroom::service
