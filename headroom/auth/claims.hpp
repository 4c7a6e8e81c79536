// auth/claims.hpp: the claims of a token, held against the policy of its issuer.
#pragma once
#include <boost/json/fwd.hpp>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <string_view>

#include "headroom/auth/issuer_policy.hpp"
#include "headroom/auth/principal.hpp"
#include "headroom/auth/token_fault.hpp"

namespace headroom::auth {

/// Dates beyond this are refused: a double no longer tells their seconds apart.
inline constexpr std::int64_t date_max = std::int64_t{1} << 53;
/// Of `sub`, `jti`, a scope or a role, which also hold no control characters and are not empty.
inline constexpr std::size_t name_bytes_max = 255;
/// Scopes or roles of one token.
inline constexpr std::size_t names_max = 256;

struct accepted_claims {
    principal who;
    wall_time until;  ///< the token may be remembered so long: its expiry, or its greatest age
};

/// Pure: the signature was checked before. `typ` is the header's (jws_header). A date is a whole or
/// fractional number of seconds since 1970, never text. The token is accepted from `nbf` - leeway
/// on and before `exp` + leeway. `scope` and roles are a list of strings, or a string with spaces
/// between; nothing else is converted into anything. `principal_type` "agent" makes an agent,
/// anything else a user; `email` and `name` are passed over when they are no short text.
std::expected<accepted_claims, token_fault> check_claims(const boost::json::object& claims,
                                                         std::string_view typ,
                                                         const issuer_policy& policy,
                                                         wall_time now);

}  // namespace headroom::auth
