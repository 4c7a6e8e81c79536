// auth/detail/edwards_point.hpp: whether an Ed25519 key is a point that can be a key.
#pragma once
#include <string_view>

namespace headroom::auth::detail {

inline constexpr std::size_t ed25519_bytes = 32;

/// The bytes decode to a point of the curve (RFC 8032, section 5.1.3), and not to one of the eight
/// of small order: under those a signature can be made for any text without a private key.
/// OpenSSL looks at neither before it verifies. Requires ed25519_bytes of them.
bool is_sound_ed25519_point(std::string_view encoded);

}  // namespace headroom::auth::detail
