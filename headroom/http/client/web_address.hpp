// http/client/web_address.hpp: where a request goes: an absolute URL of http or https, checked.
//
// Pure. RFC 3986 and RFC 9110, section 4.2.
#pragma once
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

namespace headroom::http {

/// Of a request, or of what a Location names.
inline constexpr std::size_t url_bytes_max = 8 * 1024;

struct web_address {
    std::string url;  ///< as it is asked for: without a fragment
    bool secure = false;  ///< https
    std::string host;     ///< lower case, without brackets
    std::uint16_t port = 0;

    /// "https://login.example:443": what two addresses share that may see the same secrets.
    std::string origin() const;
};

/// The address, or what is wrong with it; the text itself is never repeated, for it may hold a
/// secret. Credentials in a URL are refused: they end up in logs.
std::expected<web_address, std::string> parse_web_address(std::string_view url);

/// What a Location, absolute or relative, means on that page.
std::expected<web_address, std::string> follow(const web_address& from, std::string_view location);

}  // namespace headroom::http
