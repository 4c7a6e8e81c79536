#include "headroom/http/typed/described.hpp"

#include <fmt/ranges.h>

#include <algorithm>
#include <boost/json.hpp>

namespace headroom::http::typed::detail {
namespace json = boost::json;

void not_among(std::span<const std::string_view> names, const place& at, faults& found) {
    found.add(at, fmt::format("must be one of {}", fmt::join(names, ", ")));
}

json::object enum_schema(std::span<const std::string_view> names) {
    json::array all;
    for (const auto each : names) all.emplace_back(each);
    return {{"type", "string"}, {"enum", std::move(all)}};
}

void unknown_members(const json::object& in, std::span<const std::string_view> names,
                     const place& at, faults& found) {
    constexpr std::size_t name_shown_max = 64;  // of a name that is the client's own
    for (const auto& each : in) {
        const std::string_view name = each.key();
        if (std::ranges::find(names, name) != names.end()) continue;
        found.add(place(at, name.substr(0, name_shown_max)), "is not known");
    }
}

void write_name(std::string& to, std::string_view name) {
    if (to.back() != '{') to += ',';
    to += '"';
    to += name;  // an identifier: nothing to escape
    to += "\":";
}

}  // namespace headroom::http::typed::detail
