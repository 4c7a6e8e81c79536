// fleet/pooler_probe.hpp: one look at one PgBouncer's console, over one connection, in time.
#pragma once
#include <optional>
#include <string>

#include "headroom/fleet/audit_page.hpp"
#include "headroom/fleet/pooler_audit.hpp"
#include "headroom/persistence/connect_info.hpp"
#include "headroom/runtime/deadline.hpp"
#include "headroom/runtime/name_resolver.hpp"

namespace headroom::fleet {

/// An audit, or why there is none.
struct pooler_outcome {
    std::string target;
    std::optional<pooler_audit> audit;
    std::string error;  ///< one line, without a password
    int exit_code = 0;  ///< 75 or 78 when there is no audit
};

/// Signs in at the console, whatever database the address names; a user of stats_users or
/// admin_users may. Blocks; never from a reactor. `terms.target` is filled in.
pooler_outcome audit_pooler(persistence::connect_info at, pooler_terms terms, deadline until,
                            blocking_resolver& names);

audit_page page_of(const pooler_outcome& of);

}  // namespace headroom::fleet
