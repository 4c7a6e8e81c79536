// tenancy/system_defaults.hpp: configuration that holds where a tenant has none of its own.
#pragma once
#include <expected>
#include <map>
#include <string>
#include <string_view>

namespace headroom::service::tenancy {

/// By key, in the order of bytes: canonical JSON, tagged by type.
using system_defaults = std::map<std::string, std::string, std::less<>>;

/// Of a JSON object {"KEY": VALUE, ...}, each value well-formed by configuration_value.hpp; else
/// the end of "must ...". An empty text holds none.
std::expected<system_defaults, std::string> parse_system_defaults(std::string_view text);

}  // namespace headroom::service::tenancy
