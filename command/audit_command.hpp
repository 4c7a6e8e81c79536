// command/audit_command.hpp: `headroom audit`: live servers and settings against what was declared.
#pragma once
#include "command/subcommand.hpp"

namespace headroom::command {

subcommand audit_command();

}  // namespace headroom::command
