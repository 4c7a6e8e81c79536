// persistence/session_opener.hpp: how a pool gets a connection open.
#pragma once
#include <functional>

#include "headroom/persistence/connection.hpp"

namespace headroom::persistence {

/// Resolves the server's name, waits its turn at a server that is down, connects and signs in.
/// Called on the connection's reactor; throws as connection::open does. The pool that calls it
/// holds the unit meanwhile and retries on its own schedule.
using session_opener = std::function<task<void>(connection&, deadline)>;

}  // namespace headroom::persistence
