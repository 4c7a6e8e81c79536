// fleet/pooler_facts.hpp: what a PgBouncer allows on both its sides, read out of its tables. Pure.
#pragma once
#include <map>
#include <span>
#include <string>
#include <vector>

#include "headroom/persistence/console.hpp"
#include "headroom/persistence/server_facts.hpp"

namespace headroom::fleet {

/// A row of SHOW DATABASES: one configured name.
struct pooler_database {
    std::string name, host, force_user, pool_mode;
    unsigned port = 0;
    std::uint64_t pool_size = 0, reserve = 0, max_connections = 0, current = 0;  ///< 0: no limit
    bool disabled = false;
    /// "db:5432", "/run/postgresql:5432".
    std::string server() const;
};

/// A row of SHOW POOLS.
struct pooler_pool {
    std::string database, user, mode;
    std::uint64_t clients_active = 0, clients_waiting = 0, servers = 0, longest_wait_s = 0;
};

/// A row of SHOW SERVERS: a connection behind the pooler.
struct pooler_server {
    std::string database, user;
    int pid = 0;  ///< of the PostgreSQL backend; 0 when it is not known
};

struct pooler_facts {
    std::string version;
    std::map<std::string, std::string, std::less<>> config, lists;
    std::vector<pooler_database> databases;
    std::vector<pooler_pool> pools;
    std::vector<pooler_server> servers;
    std::vector<persistence::backend> clients;  ///< as sessions; our own marked
    bool clients_read = false;
    std::vector<persistence::unread_fact> unread;

    budget::figure number(std::string_view setting) const;  ///< of SHOW CONFIG
};

/// What is asked, in the order in which read_pooler() takes the answers.
std::span<const std::string_view> pooler_commands();
/// `own_name`: the application_name of the connection that asked.
pooler_facts read_pooler(const std::vector<persistence::console_table>& answers,
                         std::string_view own_name);

/// Two addresses may lead to one pooler, which does not tell.
inline bool same_server(const pooler_facts&, const pooler_facts&) { return false; }

/// The clients that SHOW LISTS counts, the one that asked not; none where it does not say.
budget::figure clients_in(const persistence::console_table& lists);

std::vector<persistence::fact> listed(const pooler_facts& of);

}  // namespace headroom::fleet
