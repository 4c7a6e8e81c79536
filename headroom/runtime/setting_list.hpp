// runtime/setting_list.hpp: a list as one variable holds it: `a,b` or `["a","b"]`.
#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace headroom {

/// Items are trimmed and empty ones dropped. Nothing for a broken array, an array of anything but
/// texts, or more than `items_max` items.
std::optional<std::vector<std::string>> parse_list(std::string_view text, std::size_t items_max);

}  // namespace headroom
