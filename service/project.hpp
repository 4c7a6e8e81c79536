// service/project.hpp: the whole life of `headroom-service project`.
#pragma once
#include "service/settings.hpp"

namespace headroom::service {

/// Runs projections until SIGTERM or SIGINT, then hands them over. Returns an exit code; says why
/// on stderr. Called once, on `main`, before any other thread exists.
int project(const settings& with);

}  // namespace headroom::service
