// tenancy/configuration_value.hpp: what a tenant may configure, and when a value is well-formed.
//
// A value is a JSON object tagged by type, with optional bounds that it must keep itself:
//
//     {"type": "percentage", "value": 25}
//     {"type": "integer", "value": 10, "min": 1, "max": 100}
//     {"type": "enum", "value": "eu", "allowed_values": ["eu", "us"]}
#pragma once
#include <boost/json/fwd.hpp>
#include <expected>
#include <string>
#include <string_view>
#include <vector>

namespace headroom::service::tenancy {

inline constexpr std::size_t key_length_max = 255;       ///< characters
inline constexpr std::size_t string_length_max = 65536;  ///< bytes of a string value
inline constexpr std::size_t allowed_values_max = 256;

/// One thing wrong with a request body. `pointer` is a JSON Pointer (RFC 6901), "" for the whole.
struct value_fault {
    std::string pointer, text;
    bool operator==(const value_fault&) const = default;
};

/// The value as canonical JSON text, or everything that is wrong with it, at once.
std::expected<std::string, std::vector<value_fault>> check_configuration_value(
    const boost::json::value& candidate);

/// 1-255 characters of [a-z0-9._-], starting with a letter or digit: `feature.dark_mode`.
bool is_configuration_key(std::string_view key) noexcept;

}  // namespace headroom::service::tenancy
