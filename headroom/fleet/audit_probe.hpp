// fleet/audit_probe.hpp: one look at one server, over one connection, within a deadline.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headroom/fleet/live_audit.hpp"
#include "headroom/persistence/connect_info.hpp"
#include "headroom/runtime/deadline.hpp"
#include "headroom/runtime/name_resolver.hpp"

namespace headroom::fleet {

/// An audit, or why there is none.
struct audit_outcome {
    std::string target;
    std::optional<live_audit> audit;
    std::string error;  ///< one line, without a password
    int exit_code = 0;  ///< 75 or 78 when there is no audit
};

/// Signs in at the first address that answers, reads, analyses, and waits until the server has let
/// go of the connection, which is in none of the figures. Blocks; never from a reactor.
/// `terms.target` is filled in.
audit_outcome audit_server(const persistence::connect_info& at, audit_terms terms, deadline until,
                           blocking_resolver& names);

/// Two addresses of one server are two plans on one limit: says so on each.
void mark_same_servers(std::vector<audit_outcome>& all);

}  // namespace headroom::fleet
