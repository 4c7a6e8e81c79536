// service/schema.hpp: the migrations built into the program.
#pragma once
#include <vector>

#include "headroom/persistence/migration_source.hpp"

namespace headroom::service {

/// service/migrations/*.sql and the event store's, in order; parsed and checked by the build's
/// tests, so it asserts.
const std::vector<persistence::migration>& schema();

/// The version this program needs.
int schema_version();

}  // namespace headroom::service
