// auth/detail/public_key.hpp: public keys from their numbers, weak ones refused.
#pragma once
#include <cstddef>
#include <expected>
#include <string>
#include <string_view>

#include "headroom/auth/algorithm.hpp"
#include "headroom/auth/detail/evp.hpp"
#include "headroom/auth/key_fault.hpp"

namespace headroom::auth::detail {

inline constexpr int rsa_bits_min = 2048, rsa_bits_max = 8192, rsa_exponent_bits_max = 64;

using made_key = std::expected<pkey_ptr, key_fault>;

/// All numbers are big-endian bytes.
made_key rsa_key(std::string_view modulus, std::string_view exponent);
/// p256, p384 or p521; each coordinate is as long as the field, leading zeros included.
made_key curve_key(key_kind curve, std::string_view x, std::string_view y);
made_key ed25519_key(std::string_view point);

/// Of a coordinate, and of each half of a signature: 32, 48 or 66.
std::size_t coordinate_bytes(key_kind curve);
/// The order of the curve's group, coordinate_bytes long.
std::string group_order(const EVP_PKEY& of, key_kind curve);

}  // namespace headroom::auth::detail
