// fleet/settings.hpp: where the fleet's ledger is.
#pragma once
#include "headroom/persistence/connect_info.hpp"
#include "headroom/runtime/setting_reader.hpp"

namespace headroom::fleet {

struct fleet_settings {
    /// HEADROOM_FLEET_DATABASE: the ledger's database on the server of DATABASE_URL, under the same
    /// login; by default the service's own.
    persistence::connect_info ledger;
    /// The same database for `migrate`, as the owner.
    persistence::connect_info migrate;
    bool elsewhere = false;  ///< it is another database than the service's
};

/// Declares and reads it; `serve` and `migrate` are what DATABASE_URL and HEADROOM_MIGRATE_URL
/// said.
fleet_settings read_settings(setting_reader& from, const persistence::connect_info& serve,
                             const persistence::connect_info& migrate);

}  // namespace headroom::fleet
