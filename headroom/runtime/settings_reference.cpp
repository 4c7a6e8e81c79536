#include <fmt/format.h>

#include <algorithm>

#include "headroom/runtime/setting_reader.hpp"

namespace headroom {

std::string to_markdown(const std::vector<setting_row>& rows) {
    std::string text = "| variable | type | default | bound | meaning |\n|---|---|---|---|---|\n";
    for (const auto& each : rows)
        text += fmt::format("| `{}` | {} | {} | {} | {} |\n", each.variable, each.type,
                            each.fallback.empty() ? "none" : each.fallback, each.bound, each.doc);
    return text;
}

std::string to_table(const std::vector<setting_row>& rows) {
    std::size_t name = 0, value = 0;
    for (const auto& each : rows) {
        name = std::max(name, each.variable.size());
        value = std::max(value, each.effective.size());
    }
    std::string text;
    for (const auto& each : rows)
        text += fmt::format("{:<{}}  {:<{}}  {}\n", each.variable, name, each.effective, value,
                            each.origin);
    return text;
}

}  // namespace headroom
