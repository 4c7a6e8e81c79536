// command/pgbouncer_options.hpp: what a plan does not know of a PgBouncer: addresses and secrets.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "command/subcommand.hpp"
#include "headroom/budget/sizing_advice.hpp"

namespace headroom::command {

/// Checked; none of the texts holds a character that means something in the file.
struct pgbouncer_values {
    std::string host, database, listen_addr, socket_dir, auth_type, auth_file;
    unsigned port = 5432, listen_port = 6432;
    std::optional<budget::knee> of_server;
};

/// As typed; empty: the default.
struct pgbouncer_options {
    std::string resource, host, port, database, listen_addr, listen_port, socket_dir, auth_type,
        auth_file, cores;
    std::vector<std::string> direct;
    void declare(option_set& set);
    bool any() const;
    pgbouncer_values read() const;  ///< throws usage_error
};

}  // namespace headroom::command
