// bench/tasks_rivals.hpp: what bench_tasks measures itself against, on the same server.
//
// Raw is a blocking socket that does for each task what a queue has to ask of Redis, and nothing
// else: no leases, no handlers, no JSON. BullMQ is the program of a Node that was found.
#pragma once
#include <map>
#include <string>

#include "headroom/testing/private_redis.hpp"

namespace headroom::bench {

using figures = std::map<std::string, double>;

/// XADD by redis-benchmark, one connection and a pipeline of 64: entries a second.
double raw_enqueue(const testing::private_redis& server, unsigned count);

/// 128 entries a read, acknowledged and deleted together, each with a SET before where there are
/// results: entries a second.
double raw_drain(const testing::private_redis& server, unsigned count, bool results);

/// From an XADD to the answer of a blocked XREADGROUP, the median of so many, one at a time: us.
double raw_start_latency(const testing::private_redis& server, unsigned samples);

/// What bench/bullmq.cjs measured, and the most connections it held; nothing unless the environment
/// variable BENCH_BULLMQ names a folder with node_modules/bullmq.
figures bullmq(const testing::private_redis& server, unsigned count);

/// Clients of the server but for the one that asks.
double connections(const testing::private_redis& server);

}  // namespace headroom::bench
