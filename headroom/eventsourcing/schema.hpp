// eventsourcing/schema.hpp: the tables of the event store, as a migration.
#pragma once
#include "headroom/persistence/migration_source.hpp"

namespace headroom::eventsourcing {

/// Events, snapshots, checkpoints and parked events; grants to the roles headroom_app and
/// headroom_projector, which exist before. A service gives it a number among its own migrations.
persistence::migration_file schema();

}  // namespace headroom::eventsourcing
