// service/schema.hpp: the migrations built into the program.
#pragma once
#include <vector>

#include "headroom/persistence/migration_source.hpp"

namespace headroom::service {

/// service/migrations/*.sql, the event store's, the fleet's and the outbox's, in order; parsed and
/// checked by the build's tests, so it asserts.
const std::vector<persistence::migration>& schema();

/// The fleet's alone, for a database that is not the service's; likewise.
const std::vector<persistence::migration>& fleet_schema();

/// The version this program needs.
int schema_version();

}  // namespace headroom::service
