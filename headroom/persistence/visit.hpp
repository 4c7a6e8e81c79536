// persistence/visit.hpp: one connection for a program that only looks in, then leaves.
//
// `headroom audit` and `headroom-service migrate` need a single connection and no pools. They plan
// for it all the same: the connection and the threads that drive it are leases of a budget made for
// the visit.
#pragma once
#include <chrono>
#include <functional>
#include <string>

#include "headroom/persistence/connection.hpp"
#include "headroom/persistence/door.hpp"
#include "headroom/runtime/name_resolver.hpp"

namespace headroom::persistence {

/// How long a visit waits, when it leaves, until the server has let go.
inline constexpr std::chrono::milliseconds goodbye_ms_max{500};

/// What a visit keeps of its time for the goodbye, so that whoever is next gets his share: a
/// quarter at most.
std::chrono::milliseconds goodbye_within(deadline until);

struct visit_terms {
    connect_info target;
    std::string consumer;          ///< in whose name: "persistence.migrations"
    std::string application_name;  ///< what the server shows
    blocking_resolver* names = nullptr;  ///< outlives the visit; not needed by an address
    std::vector<std::string> start_up{};  ///< further run-time options, "name=value"
};

/// Connects, runs `body` on a thread of its own, closes and waits until the server has let go.
/// Blocks; never from a reactor. Each address of a name is tried once, one after the other, until
/// one answers; an address that keeps silent leaves the others their share of the time. Throws what
/// the last attempt or `body` threw, and resolve_error, at `until` at the latest. Statements are
/// not prepared, so a pooler in the way is no obstacle.
void visit(const visit_terms& terms, const std::function<task<void>(connection&)>& body,
           deadline until);

/// The same within a process that has its reactor and its budget: a connection of `share` for as
/// long as `body` runs. Whether it ends well or throws, the unit is back when this returns; a
/// server that does not let go of it within `goodbye` is waited for no longer, which is right where
/// a failure ends the process. `open_by` bounds the connecting; `body` has its own deadline.
task<void> with_connection(reactor& home, door& way, budget::grant& share,
                           connection_options options, std::function<task<void>(connection&)> body,
                           deadline open_by, std::chrono::milliseconds goodbye = goodbye_ms_max);
/// The same with a unit of `share` that was waited for.
task<void> with_connection(reactor& home, door& way, budget::grant& share, budget::lease unit,
                           connection_options options, std::function<task<void>(connection&)> body,
                           deadline open_by, std::chrono::milliseconds goodbye = goodbye_ms_max);

}  // namespace headroom::persistence
