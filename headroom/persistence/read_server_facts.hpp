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

/// What `unread` calls the client sessions.
inline constexpr char sessions_fact[] = "client sessions";

/// Reads the client sessions anew, one statement, into facts that were read through this
/// connection. Throws server_error as well.
task<void> read_sessions(connection& through, server_facts& into, deadline until);
/// Only how many there are, our own session not counted: less work for the server than the list.
task<std::uint64_t> count_sessions(connection& through, deadline until);

}  // namespace headroom::persistence
