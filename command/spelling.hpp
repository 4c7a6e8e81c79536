// command/spelling.hpp: the known word somebody probably meant.
#pragma once
#include <span>
#include <string>
#include <string_view>

namespace headroom::command {

/// " (did you mean pool?)" when one of the words is close to `typed`, else nothing. What counts as
/// close is `nearest` of the runtime; the last part of a dotted word is, too.
std::string did_you_mean(std::string_view typed, std::span<const std::string_view> words);

/// Text of a stranger, safe to print: anything but printable ASCII becomes a question mark, and
/// what is longer is cut.
std::string printable(std::string_view text, std::size_t characters_max = 160);
/// The same in quotes, at most 40 characters.
std::string in_quotes(std::string_view text);

}  // namespace headroom::command
