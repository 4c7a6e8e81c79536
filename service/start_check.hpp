// service/start_check.hpp: is the schema new enough, and may this role serve on it?
#pragma once
#include <string>
#include <vector>

#include "headroom/budget/ledger.hpp"
#include "headroom/persistence/door.hpp"
#include "headroom/runtime/environment.hpp"

namespace headroom::service {

/// Lines for the log; any fault ends the start with exit 78.
struct start_findings {
    std::vector<std::string> faults, warnings;
};

/// Opens one connection from `share`, looks, and closes it: its unit is back when this returns.
/// Throws what door::open throws.
task<start_findings> check_start(reactor& home, budget::grant& share, persistence::door& to,
                                 std::string application_name, profile in, deadline until);

}  // namespace headroom::service
