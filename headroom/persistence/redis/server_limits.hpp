// persistence/redis/server_limits.hpp: what one Redis allows in all, and what is left of it.
#pragma once
#include <string>
#include <string_view>

#include "headroom/budget/plan.hpp"
#include "headroom/persistence/redis/connection.hpp"
#include "headroom/persistence/redis/settings.hpp"
#include "headroom/persistence/start_limits.hpp"

namespace headroom::redis {

class mux;

/// maxclients covers clients, replicas and links of a cluster; the server has cut it to
/// RLIMIT_NOFILE - 32 already where the system allowed no more.
struct server_limits {
    budget::figure clients_max, connected, replicas, cluster_links;
    std::string source;       ///< "maxclients", "REDIS_MAXCLIENTS"
    std::string why_unknown;  ///< when there is no clients_max

    /// Everything that counts now; none when nobody tells.
    budget::figure held() const noexcept;
};

/// Reads INFO, else CONFIG GET, else takes `otherwise`. What the access list forbids is a reason
/// why it is unknown; anything else throws as mux::run does.
task<server_limits> read_server_limits(mux& on, budget::figure otherwise, deadline until);

/// As the start compares it with the plan. `own`: connections of ours that are among those held.
persistence::start_limit as_start_limit(const server_limits& of, unsigned own);

/// "maxclients:10000" of INFO's text; none when it is not there or no number.
budget::figure figure_in(std::string_view info, std::string_view field);

}  // namespace headroom::redis
