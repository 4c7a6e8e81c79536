// persistence/server_facts.hpp: what a PostgreSQL server, a role and a database really allow, and
// who is connected.
//
// A value: read_server_facts.hpp fills it in, server_room.hpp computes with it, listed() writes it
// out with where each figure came from. Whatever could not be read stands in `unread` with the
// reason; nothing is guessed.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/budget/plan.hpp"

namespace headroom::persistence {

/// A server setting as this session sees it.
struct server_setting {
    std::string name, value, unit;
    std::string source;            ///< "configuration file", "default", "client" ...
    std::string configured;        ///< without what a unix socket or this session overrides
    bool pending_restart = false;  ///< the file says something else, valid after a restart
};

/// A session that occupies a slot of max_connections.
struct backend {
    int pid = 0;
    std::string application_name, role, database;
    std::string address;  ///< of the client; empty on a unix socket, or when `seen` is false
    std::string state;    ///< "idle in transaction"; empty when `seen` is false
    bool seen = false;    ///< state, address and ages were visible to us
    bool superuser = false;
    bool own = false;  ///< the session that took this reading
    bool listens = false;  ///< its latest statement was LISTEN, as far as that was visible
    std::chrono::seconds age{0}, in_state{0}, in_transaction{0};
};

struct role_facts {
    std::string name;
    budget::figure limit;    ///< CONNECTION LIMIT; none: unlimited
    bool superuser = false;  ///< exempt from the limits of roles and databases
};

struct database_facts {
    std::string name;
    budget::figure limit;
};

/// The role that reads: what it may do and what it may see.
struct reader_facts {
    std::string role, database;
    int pid = 0;  ///< of the server's backend that answered
    bool superuser = false, bypassrls = false, replication = false;
    bool sees_everyone = false;        ///< has pg_read_all_stats, e.g. through pg_monitor
    bool uses_reserved_slots = false;  ///< member of pg_use_reserved_connections (PostgreSQL 16)
};

/// Something that could not be read, and why.
struct unread_fact {
    std::string name, why;
};

/// Where a reading came through.
enum class route {
    direct,
    pooled,  ///< a pooler answers in the server's place: limits and sessions are the pooler's share
};

struct server_facts {
    std::vector<server_setting> settings;
    reader_facts reader;
    std::vector<role_facts> roles;          ///< that have a limit or are superusers; own included
    std::vector<database_facts> databases;  ///< that have a limit; own included
    std::vector<backend> backends;          ///< client sessions, without walsenders
    bool backends_cut = false;              ///< more than backends_max were live
    budget::figure walsenders;              ///< in slots of their own (max_wal_senders)
    budget::figure numbackends;  ///< the statistics' own count, parallel workers included
    std::string system_identifier;
    budget::figure timeline;  ///< of a primary: another one after each promotion
    std::string started_at;  ///< of the postmaster, ISO 8601
    std::string address;     ///< the server's own; empty on a unix socket
    bool in_recovery = false;
    route through = route::direct;
    std::vector<unread_fact> unread;

    const server_setting* setting(std::string_view name) const noexcept;
    /// A setting as a number in its unit; none when unread or not a number.
    budget::figure number(std::string_view setting) const noexcept;
    const role_facts* role(std::string_view name) const noexcept;
    const database_facts* database(std::string_view name) const noexcept;
};

inline constexpr int backends_max = 20'000;  ///< rows of pg_stat_activity one reading takes

/// One line of the table of facts.
struct fact {
    std::string name;
    std::string value;  ///< empty when not known
    std::string how;    ///< where it was read, or why it could not be
    bool known = true;
};

/// Every fact with its origin, the unread ones last. No secret is among them.
std::vector<fact> listed(const server_facts& of);

}  // namespace headroom::persistence
