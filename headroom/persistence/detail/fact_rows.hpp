// persistence/detail/fact_rows.hpp: the answers of read_server_facts.cpp's statements, as facts.
#pragma once
#include <span>

#include "headroom/persistence/rows.hpp"
#include "headroom/persistence/server_facts.hpp"

namespace headroom::persistence::detail {

/// The settings that say how many may connect and how long a dead client counts.
std::span<const std::string> setting_names();

void read_settings(const rows& from, server_facts& into);
void read_reader(const rows& from, server_facts& into);
void read_roles(const rows& from, server_facts& into);
void read_databases(const rows& from, server_facts& into);
void read_activity(const rows& from, server_facts& into);
void read_counts(const rows& from, server_facts& into);
void read_history(const rows& from, server_facts& into);

/// Marks our own session and the route: behind a pooler the process id we were given at sign-in is
/// not the one of the server's backend. Settings the server does not have are unread.
void finish(server_facts& facts, int pid_at_sign_in);

}  // namespace headroom::persistence::detail
