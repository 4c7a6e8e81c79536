// persistence/redis/settings.hpp: which Redis, and how many connections at most.
//
// The names are those an existing deployment has. Without REDIS_URL and its parts there is no
// Redis: nothing is planned for it and nothing opens.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "headroom/budget/plan.hpp"
#include "headroom/persistence/redis/connect_info.hpp"
#include "headroom/runtime/setting_reader.hpp"

namespace headroom::redis {

struct settings {
    std::optional<connect_info> server;  ///< REDIS_URL, else REDIS_HOST and its siblings
    std::optional<connect_info> tasks;   ///< TASKIQ_REDIS_URL, else `server` and its next database
    unsigned connections_max = 10;       ///< REDIS_POOL_SIZE: the process's ceiling is not above it
    std::optional<unsigned> clients_max; ///< REDIS_MAXCLIENTS, where the server does not tell
    std::chrono::milliseconds connect_timeout{5'000};  ///< of one attempt, sentinels included
    std::chrono::milliseconds silence{5'000};  ///< after so much of it the server is asked
};

/// Declares and reads them. Faults are kept by the reader.
settings read_settings(setting_reader& from);

// ---- what it takes of the budget ----

inline constexpr char resource[] = "redis";
inline constexpr char shared_consumer[] = "persistence.redis_shared";  ///< a mux
inline constexpr char push_consumer[] = "persistence.redis_push";      ///< subscriptions
inline constexpr char sockets_consumer[] = "persistence.redis_sockets";

/// Which connections a process has use for, each at most one.
struct uses {
    bool shared = true;
    bool push = false;
};

/// A row of `redis`: one connection, and one more while the close of a lost one is not known yet.
budget::consumer kept_connection(const char* name, const char* package);

/// The reserve of `redis` for floors of so many: a lost connection's successor opens before its
/// close is known. As many, within connections_max.
unsigned reserve_of(const settings& of, unsigned floors);
/// The rows of `redis` and `files`; none without a server.
std::vector<budget::consumer> consumers(const settings& of, uses what);

}  // namespace headroom::redis
