// command/env_sharing.hpp: what parts of a deployment must not share, according to their settings:
// a Redis database, the names of its keys, an event log.
#pragma once
#include "command/env_audit.hpp"

namespace headroom::command {

/// A queue whose Redis database is some cache's as well: FLUSHDB or an eviction loses tasks.
void find_shared_redis(env_audit& audit);

/// Two services with the same use of one Redis database, and no prefix, or the same one.
void find_shared_keys(env_audit& audit, const std::vector<env_source>& sources,
                      const catalogue& known);

/// A poller that may run beside the runners that replaced it.
void find_pollers(env_audit& audit);

}  // namespace headroom::command
