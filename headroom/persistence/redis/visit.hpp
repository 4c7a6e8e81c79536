// persistence/redis/visit.hpp: one connection for a program that only looks in, then leaves.
//
// The connection and the thread that drives it are leases of a budget made for the visit.
#pragma once
#include <functional>
#include <string>

#include "headroom/persistence/redis/mux.hpp"
#include "headroom/runtime/name_resolver.hpp"

namespace headroom::redis {

struct visit_terms {
    connect_info target;
    std::string consumer;  ///< in whose name: "service.tasks"
    std::string name;      ///< what the server shows
    blocking_resolver* names = nullptr;  ///< outlives the visit; not needed by an address
};

/// Connects, runs `body`, closes and waits until the server has let go. Blocks; never from a
/// reactor. Each address of a name is tried once, one after the other, until one answers. Throws
/// what the last attempt or `body` threw, and resolve_error.
void visit(const visit_terms& terms, const std::function<task<void>(mux&)>& body, deadline until);

}  // namespace headroom::redis
