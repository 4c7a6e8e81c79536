// auth/oidc/pkce.hpp: a code that only its client can use (RFC 7636), by S256.
#pragma once
#include <string>
#include <string_view>

namespace headroom::auth {

/// What an authorization request shows of a verifier: its SHA-256. The verifier itself is
/// random_text().
std::string pkce_challenge(std::string_view verifier);

}  // namespace headroom::auth
