// persistence/server_room.hpp: how many connections a role can still open, as three inequalities.
//
// PostgreSQL checks the server's slots, the role's limit and the database's limit one by one, and
// each is held by different sessions; the smallest limit need not be the one that refuses. Pure.
#pragma once
#include <string>
#include <string_view>
#include <vector>

#include "headroom/persistence/server_facts.hpp"

namespace headroom::persistence {

enum class bound_by { server, role, database };

/// One of the three.
struct inequality {
    bound_by by = bound_by::server;
    std::string name;          ///< "server", "role app", "database service"
    std::string how;           ///< "max_connections 20 - 3 superuser_reserved_connections"
    std::uint64_t limit = 0;   ///< as the server states it
    std::uint64_t usable = 0;  ///< limit minus what the role may not take
    std::uint64_t held = 0;    ///< by others now: the reading session is not counted
    std::uint64_t free() const noexcept { return usable > held ? usable - held : 0; }
};

struct room {
    std::vector<inequality> all;  ///< those that apply; empty: the server's limit is not known
    budget::figure usable;        ///< what the role could hold were it alone
    budget::figure free;          ///< what it can open now, the reading session's slot included
    std::string why_unknown;      ///< when there is no figure

    /// The inequality that refuses first when the server is empty, and at this moment.
    const inequality* binding() const noexcept;
    const inequality* binding_now() const noexcept;
};

/// For the role and the database of the session that read the facts.
///
/// A superuser is exempt from role and database limits and may take the reserved slots, but each of
/// its sessions takes an ordinary one and counts in its database. Members of
/// pg_use_reserved_connections (PostgreSQL 16) may take reserved_connections.
room room_for(const server_facts& of);
/// For another role in another database of the same server.
room room_for(const server_facts& of, std::string_view role, std::string_view database);

/// Slots of the server that an ordinary role never gets.
budget::figure reserved_slots(const server_facts& of, bool superuser, bool uses_reserved);

}  // namespace headroom::persistence
