// persistence/read_server_facts.hpp: the facts of a server, in one round trip over one connection.
#pragma once
#include "headroom/persistence/connection.hpp"
#include "headroom/persistence/server_facts.hpp"

namespace headroom::persistence {

/// Reads everything server_facts describes. It needs no right but CONNECT; what the role may not
/// see stands in `unread`. Only catalogues and statistics are read, no table of a user.
///
/// All statements go under one Sync; when the server refuses one of them, each is asked alone so
/// that one missing right costs one fact. Throws connection_lost and deadline_passed.
task<server_facts> read_server_facts(connection& through, deadline until);

}  // namespace headroom::persistence
