// service/schedule.hpp: the whole life of `headroom-service schedule`.
#pragma once
#include "service/settings.hpp"

namespace headroom::service {

/// Sends tasks when they are due, over one connection to the tasks' Redis and none to PostgreSQL,
/// until SIGTERM or SIGINT. Returns an exit code; says why on stderr. Called once, on `main`,
/// before any other thread exists.
int schedule(const settings& with);

}  // namespace headroom::service
