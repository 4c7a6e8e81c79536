// auth/key.hpp: a key that signatures are checked with, and the algorithms it is bound to.
#pragma once
#include <boost/json/fwd.hpp>
#include <array>
#include <expected>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/auth/algorithm.hpp"
#include "headroom/auth/key_fault.hpp"

namespace headroom::auth {

/// Where a key came from. A secret key is accepted from local configuration alone.
enum class key_origin { local, remote };

/// RFC 7638, SHA-256: the same key has the same one in every set.
using key_thumbprint = std::array<unsigned char, 32>;

/// One public key, or one secret for HMAC. Immutable and thread-safe: any number of threads check
/// signatures with it at once. Movable.
class verification_key {
public:
    /// From a JWK (RFC 7517) that passes every check of key_fault.hpp.
    static std::expected<verification_key, key_fault> from_jwk(const boost::json::object& jwk,
                                                               key_origin origin);
    verification_key(verification_key&&) noexcept;
    verification_key& operator=(verification_key&&) noexcept;
    ~verification_key();

    const std::optional<std::string>& kid() const noexcept;
    const key_thumbprint& thumbprint() const noexcept;
    /// By its kind, its size and its own `alg`. Asked before anything is computed.
    bool fits(algorithm of) const noexcept;
    /// Whether `signature` is this key's over `text`. The key must fit.
    bool verify(algorithm of, std::string_view text, std::string_view signature) const;

private:
    struct body;
    explicit verification_key(std::unique_ptr<const body> of);
    std::unique_ptr<const body> body_;
};

}  // namespace headroom::auth
