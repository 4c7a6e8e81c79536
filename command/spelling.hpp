// command/spelling.hpp: the known word somebody probably meant.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace headroom::command {

/// " (did you mean pool?)" when one of the words is close to `typed`, else nothing. What counts as
/// close is `nearest` of the runtime; the last part of a dotted word is, too.
std::string did_you_mean(std::string_view typed, std::span<const std::string_view> words);

/// Printable ASCII in quotes, cut to 40 characters: text of a stranger, safe to print.
std::string quoted(std::string_view text);

}  // namespace headroom::command
