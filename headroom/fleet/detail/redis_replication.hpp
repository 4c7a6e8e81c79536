// fleet/detail/redis_replication.hpp: what a Redis is to others: a primary, a replica, a node.
#pragma once
#include "headroom/fleet/redis_audit.hpp"

namespace headroom::fleet::detail {

/// Adds what an operator should know of replicas and of a cluster: whose clients are not in these
/// figures, links that are down, writes that are refused for want of replicas.
void find_replication(redis_audit& answer);

}  // namespace headroom::fleet::detail
