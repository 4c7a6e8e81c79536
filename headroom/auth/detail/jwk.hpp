// auth/detail/jwk.hpp: the members of a JWK (RFC 7517, RFC 7518 section 6, RFC 8037).
#pragma once
#include <boost/json/fwd.hpp>
#include <expected>
#include <optional>
#include <string>

#include "headroom/auth/detail/public_key.hpp"
#include "headroom/auth/key.hpp"
#include "headroom/runtime/secret.hpp"

namespace headroom::auth::detail {

/// Of the right kinds and fit for signatures; the numbers are decoded and not yet looked at.
struct jwk_members {
    key_kind kind = key_kind::rsa;
    std::optional<std::string> kid;
    std::optional<algorithm> alg;   ///< one of the kind's
    std::string n, e, x, y;         ///< of public keys; empty where the kind has none
    secret octets;                  ///< of a symmetric key
};

std::expected<jwk_members, key_fault> read_jwk(const boost::json::object& jwk);

/// What signatures it may check: its `alg`, else every one of its kind; a secret's only as far as
/// it is as long as the hash.
algorithm_set algorithms_of(const jwk_members& of);
key_thumbprint thumbprint_of(const jwk_members& of);
/// Of a kind other than octets.
made_key public_key_of(const jwk_members& of);

}  // namespace headroom::auth::detail
