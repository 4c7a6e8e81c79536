// command/generate_command.hpp: `headroom generate KIND FILE`, settings that follow from a plan.
#pragma once
#include "command/subcommand.hpp"

namespace headroom::command {

subcommand generate_command();

}  // namespace headroom::command
