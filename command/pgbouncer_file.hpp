// command/pgbouncer_file.hpp: the configuration of a PgBouncer that a plan asks for.
#pragma once
#include <string>
#include <vector>

#include "command/generated.hpp"

namespace headroom::command {

/// As typed; empty: the default.
struct pgbouncer_options {
    std::string resource, host, port, database, listen_addr, listen_port, socket_dir, auth_type,
        auth_file, cores;
    std::vector<std::string> direct;
    void declare(option_set& set);
    bool any() const;
};

/// `pgbouncer.ini` with two routes to one database: DATABASE in transaction mode, and
/// DATABASE_direct, on which every client has a session of its own. Both together open at most 80 %
/// of what the server allows. Throws usage_error for a wrong option.
generated pgbouncer_file(const chosen_plan& from, const pgbouncer_options& options);

}  // namespace headroom::command
