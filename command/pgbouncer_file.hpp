// command/pgbouncer_file.hpp: the configuration of a PgBouncer that a plan asks for.
#pragma once
#include "command/generated.hpp"
#include "command/pgbouncer_options.hpp"

namespace headroom::command {

/// `pgbouncer.ini` with two routes to one database: DATABASE in transaction mode, and
/// DATABASE_direct, on which every client has a session of its own. Both together open at most 80 %
/// of what the server allows. Throws usage_error for a wrong option.
generated pgbouncer_file(const chosen_plan& from, const pgbouncer_options& options);

}  // namespace headroom::command
