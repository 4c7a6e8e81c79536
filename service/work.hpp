// service/work.hpp: the whole life of `headroom-service work`.
#pragma once
#include "service/settings.hpp"

namespace headroom::service {

/// Runs tasks until SIGTERM or SIGINT, then gives back what it has not begun. Returns an exit code;
/// says why on stderr. Called once, on `main`, before any other thread exists.
int work(const settings& with);

}  // namespace headroom::service
