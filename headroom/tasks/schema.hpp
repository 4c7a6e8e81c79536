// tasks/schema.hpp: the outbox's table, as a migration.
#pragma once
#include "headroom/persistence/migration_source.hpp"

namespace headroom::tasks {

/// Grants to the role headroom_app, which exists before. A service gives it a number among its own
/// migrations.
persistence::migration_file schema();

}  // namespace headroom::tasks
