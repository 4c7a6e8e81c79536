// fleet/redis_facts.hpp: what a Redis allows and who is connected, read out of its own texts. Pure.
#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/persistence/server_facts.hpp"

namespace headroom::fleet {

inline constexpr std::size_t redis_clients_max = 20'000;  ///< rows of CLIENT LIST one look takes

/// A line of CLIENT LIST.
struct redis_client {
    std::int64_t id = 0;
    std::string name, user, host, command;  ///< `command`: the last one, in lower case
    unsigned database = 0;
    std::uint64_t age_s = 0, idle_s = 0;
    bool replication = false;  ///< a replica, or the primary of one
};

/// What takes slots of maxclients and is no client.
struct redis_links {
    std::uint64_t replicas = 0;  ///< connected to this server
    std::uint64_t primary = 0;   ///< 1 on a replica whose link is up
    std::uint64_t cluster = 0;   ///< links of the cluster bus

    std::uint64_t all() const noexcept { return replicas + primary + cluster; }
};

struct redis_facts {
    std::map<std::string, std::string, std::less<>> info;    ///< of INFO, by field
    std::map<std::string, std::string, std::less<>> config;  ///< of CONFIG GET, by parameter
    std::vector<redis_client> clients;
    bool clients_read = false;
    std::int64_t own_id = 0;
    std::string own_user;
    std::vector<persistence::unread_fact> unread;

    /// A figure of INFO, else of CONFIG; none when unread or not a number.
    budget::figure number(std::string_view field) const;
    /// A text of CONFIG, else of INFO; empty when unread.
    std::string text(std::string_view config_name, std::string_view info_name) const;
    bool is_replica() const;
    redis_links links() const;
    /// What clients may take of maxclients; none when unread.
    budget::figure usable() const;
    /// Clients alone, as INFO counts them; our own connection not, nor a replica's to its master.
    budget::figure clients_held() const;
    /// Everything that counts against maxclients now, our own connection not.
    budget::figure held() const;
};

/// "field:value" lines; comments and headings are skipped.
std::map<std::string, std::string, std::less<>> parse_redis_info_text(std::string_view text);
/// A client a line, "id=3 addr=127.0.0.1:52555 name=web db=0 user=default cmd=get"; at most
/// redis_clients_max. Fields that are not known are skipped.
std::vector<redis_client> parse_client_list(std::string_view text);

/// Two addresses may lead to one server.
bool same_server(const redis_facts& a, const redis_facts& b);

/// Clients as the ledger's sessions: name, user and database in their places.
std::vector<persistence::backend> as_backends(const redis_facts& of);
/// The facts a report lists, with where each was read.
std::vector<persistence::fact> listed(const redis_facts& of);

}  // namespace headroom::fleet
