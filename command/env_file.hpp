// command/env_file.hpp: the variables of a plan, as a .env file.
#pragma once
#include "command/generated.hpp"

namespace headroom::command {

/// `.env.PROFILE` with a line for every variable that sets a pool, an overflow or a reserve. Read
/// back through the manifest's settings, it gives the same sums. Refused when that cannot be: no
/// variable is named, one has no number, one is to have two values, or a figure was changed (--set)
/// that no variable sets.
generated env_file(const chosen_plan& from, const std::string& profile);

}  // namespace headroom::command
