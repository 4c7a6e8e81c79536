// service/task_server_check.hpp: is this Redis one that tasks may be entrusted to?
#pragma once
#include "headroom/persistence/redis/mux.hpp"
#include "service/start_check.hpp"

namespace headroom::service {

/// A server that evicts keys when its memory is full would evict tasks: a fault, with the remedy.
/// Where the access list hides the policy this is a warning. Throws as mux::run does.
task<start_findings> check_task_server(redis::mux& on, deadline until);

}  // namespace headroom::service
