// command/plan_command.hpp: `headroom plan FILE`, the sum before it hurts.
#pragma once
#include "command/subcommand.hpp"

namespace headroom::command {

subcommand plan_command();

}  // namespace headroom::command
