// auth/oidc/cookie.hpp: what a browser keeps for us, and where it may be sent. Pure.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/runtime/secret.hpp"

namespace headroom::auth {

/// "__Host-name": as a browser sends it.
std::string host_cookie_name(std::string_view name);

/// The value of a `Set-Cookie`: `__Host-` before the name, Secure, HttpOnly, SameSite=Lax, Path=/
/// (RFC 6265bis, 4.1.3.2). Requires a value of base64url. No life takes the cookie back.
std::string host_cookie(std::string_view name, const secret& value, std::chrono::seconds life);

/// The value of that cookie among the values of a request's `Cookie` fields; nothing when there is
/// none, more than one, or one that is not of base64url.
std::optional<secret> host_cookie_in(const std::vector<std::string_view>& fields,
                                     std::string_view name);

/// `text` when it is a path of this site, to which a browser may be sent; else "/".
std::string local_path(std::string_view text);

}  // namespace headroom::auth
