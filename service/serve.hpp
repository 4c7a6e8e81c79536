// service/serve.hpp: the whole life of `headroom-service serve`.
#pragma once
#include "service/projecting.hpp"
#include "service/settings.hpp"

namespace headroom::service {

/// Starts, serves until SIGTERM or SIGINT, drains. Returns an exit code; says why on stderr.
/// Called once, on `main`, before any other thread exists.
int serve(const settings& with, const projection_source& run = all_projections);

}  // namespace headroom::service
