// service/serve.hpp: the whole life of `headroom-service serve`.
#pragma once
#include "service/settings.hpp"

namespace headroom::service {

/// Starts, serves until SIGTERM or SIGINT, drains. Returns an exit code; says why on stderr.
/// Called once, on `main`, before any other thread exists.
int serve(const settings& with);

}  // namespace headroom::service
