// service/migrate_command.hpp: `headroom-service migrate`: the schema, brought up to date by its
// owner.
#pragma once
#include <iosfwd>

#include "service/commands.hpp"

namespace headroom::service {

enum class migrate_mode {
    apply,
    status,   ///< what was applied and what is pending
    dry_run,  ///< what would be applied; 0 also when something is pending
};

/// One connection of HEADROOM_MIGRATE_URL, from a plan of one. A server that cannot be reached or
/// is full is tried again until HEADROOM_START_TIMEOUT; the files have HEADROOM_MIGRATE_TIMEOUT.
/// Returns an exit code.
int migrate(const settings& with, migrate_mode mode, output as, std::ostream& out,
            std::ostream& err);

}  // namespace headroom::service
