#include "headroom/runtime/setting_list.hpp"

#include <boost/json.hpp>

#include "headroom/runtime/trimmed.hpp"

namespace headroom {
namespace {

std::optional<std::vector<std::string>> parse_array(std::string_view text) {
    boost::system::error_code failed;
    const auto value = boost::json::parse(text, failed);
    if (failed || !value.is_array()) return {};
    std::vector<std::string> items;
    for (const auto& each : value.get_array()) {
        if (!each.is_string()) return {};
        items.emplace_back(each.get_string());
    }
    return items;
}

std::vector<std::string> split(std::string_view text) {
    std::vector<std::string> items;
    while (!text.empty()) {
        const auto comma = std::min(text.find(','), text.size());
        items.emplace_back(trimmed(text.substr(0, comma)));
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return items;
}

}  // namespace

std::optional<std::vector<std::string>> parse_list(std::string_view text, std::size_t items_max) {
    text = trimmed(text);
    auto items = text.starts_with('[') ? parse_array(text) : split(text);
    if (!items) return {};
    std::erase_if(*items, [](const std::string& each) { return each.empty(); });
    if (items->size() > items_max) return {};
    return items;
}

}  // namespace headroom
