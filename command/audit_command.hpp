// command/audit_command.hpp: `headroom audit --postgres URL...`, live servers against a manifest.
#pragma once
#include "command/subcommand.hpp"

namespace headroom::command {

inline constexpr std::size_t servers_max = 32;  ///< --postgres options of one call

subcommand audit_command();

}  // namespace headroom::command
