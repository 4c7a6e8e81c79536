// fleet/schema.hpp: the tables and functions of the fleet ledger, as migrations.
#pragma once
#include <span>

#include "headroom/persistence/migration_source.hpp"

namespace headroom::fleet {

/// In their order; names are "0001_ledger.sql" and so on. They make the schema `headroom_fleet` and
/// grant the role headroom_app, which exists before, what a member needs: no right to create
/// anything. A service gives them numbers among its own migrations; in a database that is the
/// ledger's alone they stand as they are.
std::span<const persistence::migration_file> schema();

/// Which functions this program calls: admit_v1, adjust_v1 ...
inline constexpr int protocol = 1;

}  // namespace headroom::fleet
