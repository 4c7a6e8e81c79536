// auth/bearer.hpp: the one token a request presents (RFC 6750, section 2.1).
#pragma once
#include <expected>
#include <span>
#include <string_view>

#include "headroom/auth/token_fault.hpp"

namespace headroom::auth {

/// The token in the values of a request's `Authorization` fields; a view into them. The scheme's
/// case does not matter. no_credentials when there is no field or one of another scheme;
/// many_credentials when there are several, whatever their schemes; malformed_credentials when what
/// follows the scheme is no token68. Tokens in a query or a form are never looked for.
std::expected<std::string_view, token_fault> bearer_token(
    std::span<const std::string_view> authorizations);

}  // namespace headroom::auth
