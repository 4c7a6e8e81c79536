// budget/detail/look.hpp: how the same sections look on a terminal and in Markdown.
#pragma once
#include <string>
#include <string_view>

#include "headroom/budget/grid.hpp"

namespace headroom::budget::detail {

struct look {
    std::string (*table)(const grid&);
    std::string_view title, heading, item, detail, code;
};

inline constexpr look terminal{aligned, "", "", "", "    ", ""};
inline constexpr look document{markdown, "# ", "## ", "- ", "  - ", "`"};

}  // namespace headroom::budget::detail
