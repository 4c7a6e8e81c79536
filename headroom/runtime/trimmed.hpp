// runtime/trimmed.hpp: what a person wrote, without the space around it.
#pragma once
#include <string_view>

namespace headroom {

/// `text` without leading and trailing spaces, tabs and line ends; a view of the same characters.
constexpr std::string_view trimmed(std::string_view text) noexcept {
    constexpr std::string_view space = " \t\r\n";
    const auto first = text.find_first_not_of(space);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(space) - first + 1);
}

}  // namespace headroom
