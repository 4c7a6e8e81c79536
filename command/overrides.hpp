// command/overrides.hpp: one figure of a plan changed by name, as --set and scenarios do.
#pragma once
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "command/fields.hpp"
#include "headroom/budget/plan.hpp"

namespace headroom::command {

using override_pair = std::pair<std::string, std::string>;  ///< name, value

/// `name` is "consumer.key" or "resource.key" ("consumers.x.pool" and "resources.x.limit" say which
/// is meant), or a setting, which changes every consumer that reads it.
complaint override_figure(budget::plan& in, std::string_view name, std::string_view value);

/// Notes on what the overrides would not do in reality: a pool or overflow set for one consumer,
/// though the variable behind it is read by others, too. `before` is the plan without them.
std::vector<std::string> notes_on_shared_settings(const budget::plan& before,
                                                  const std::vector<override_pair>& overrides);

}  // namespace headroom::command
