// auth/base64url.hpp: bytes as text that fits into a URL (RFC 4648, section 5), without padding.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace headroom::auth {

inline constexpr std::string_view base64url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string to_base64url(std::string_view octets);

/// Reads what to_base64url writes and nothing else, so that no two texts stand for the same bytes:
/// no padding, no white space, no `+` or `/`, no length of 4n + 1, unused bits are zero.
std::optional<std::string> from_base64url(std::string_view text);

}  // namespace headroom::auth
