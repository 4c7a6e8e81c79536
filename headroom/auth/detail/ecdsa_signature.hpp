// auth/detail/ecdsa_signature.hpp: from the two numbers of a JWS to what OpenSSL reads.
#pragma once
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

namespace headroom::auth::detail {

/// An ASN.1 SEQUENCE of two INTEGERs in DER; as long as P-521 needs at most.
struct der_signature {
    std::array<char, 141> bytes;
    std::size_t size = 0;
    std::string_view view() const { return {bytes.data(), size}; }
};

/// `signature` is r and s, each as long as `order`, big-endian (RFC 7518, 3.4). Nothing for another
/// length, and where r or s is 0, the order or above it: OpenSSL is not even asked.
std::optional<der_signature> to_der(std::string_view signature, std::string_view order);

}  // namespace headroom::auth::detail
