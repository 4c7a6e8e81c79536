#include "service/tenancy/system_defaults.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "headroom/eventsourcing/exact_json.hpp"
#include "service/tenancy/configuration_value.hpp"

namespace headroom::service::tenancy {
namespace json = boost::json;

std::expected<system_defaults, std::string> parse_system_defaults(std::string_view text) {
    system_defaults made;
    if (text.empty()) return made;
    json::error_code broken;
    const auto parsed = eventsourcing::parse_exactly(text, broken);
    const auto* all = broken ? nullptr : parsed.if_object();
    if (all == nullptr) return std::unexpected("be a JSON object of keys and values");
    for (const auto& [key, value] : *all) {
        if (!is_configuration_key(key))
            return std::unexpected("have keys of 1 to 255 characters of a-z, 0-9, '.', '_', '-'");
        auto checked = check_configuration_value(value);
        if (!checked)
            return std::unexpected(fmt::format("be well-formed: {}{} {}", std::string_view(key),
                                               checked.error().front().pointer,
                                               checked.error().front().text));
        made.emplace(key, *std::move(checked));
    }
    return made;
}

}  // namespace headroom::service::tenancy
