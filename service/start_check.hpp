// service/start_check.hpp: is the schema new enough, and may these logins do what they are for?
#pragma once
#include <string>
#include <vector>

#include "headroom/budget/ledger.hpp"
#include "headroom/persistence/door.hpp"
#include "service/settings.hpp"

namespace headroom::service {

/// Lines for the log; any fault ends the start with exit 78.
struct start_findings {
    std::vector<std::string> faults, warnings;
};

/// How to look: as whom, under which name, in the name of which consumer.
struct start_visit {
    reactor& home;
    persistence::door& through;
    budget::grant& share;
    std::string application_name;
};

/// As the app: its role's standing, and the schema's version. Opens one connection, looks, and
/// closes it: its unit is back when this returns. Throws what door::open throws.
task<start_findings> check_app(start_visit how, profile in, deadline until);
/// As the projector, likewise: may this login become it, and is this the same database?
task<start_findings> check_projector(start_visit how, const eventsourcing::event_store_settings& of,
                                     deadline until);

}  // namespace headroom::service
