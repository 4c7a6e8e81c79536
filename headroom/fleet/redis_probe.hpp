// fleet/redis_probe.hpp: one look at one Redis, over one connection, within a deadline.
#pragma once
#include <optional>
#include <string>

#include "headroom/fleet/audit_page.hpp"
#include "headroom/fleet/redis_audit.hpp"
#include "headroom/persistence/redis/connect_info.hpp"
#include "headroom/runtime/deadline.hpp"
#include "headroom/runtime/name_resolver.hpp"

namespace headroom::fleet {

/// An audit, or why there is none.
struct redis_outcome {
    std::string target;
    std::optional<redis_audit> audit;
    std::string error;  ///< one line, without a password
    int exit_code = 0;  ///< 75 or 78 when there is no audit
};

/// Signs in at the first address that answers, reads INFO, four settings and CLIENT LIST, analyses,
/// and waits until the server has let go of the connection, which is in none of the figures.
/// Blocks. `terms.target` is filled in.
redis_outcome audit_redis(const redis::connect_info& at, redis_terms terms, deadline until,
                          blocking_resolver& names);

audit_page page_of(const redis_outcome& of);

}  // namespace headroom::fleet
