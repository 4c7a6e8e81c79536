// auth/oidc/id_token.hpp: who signed in, by the token a provider gives to its client (OpenID
// Connect Core, 3.1.3.7).
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "headroom/auth/key_set.hpp"
#include "headroom/auth/token_verifier.hpp"

namespace headroom::auth {

/// What is asked of the id tokens of one issuer; `audiences` of the policy is our client's id.
/// `tenant_required` is the service's to say; types are "jwt" or none.
issuer_policy id_token_policy(std::string issuer, std::string client);

/// What one sign-in knows of the token it is given.
struct id_token_expectation {
    /// Exactly, and not empty. Without it nothing is asked of a nonce: of renewed tokens alone,
    /// which come from the provider itself and by no browser (12.2).
    std::optional<std::string_view> nonce;
    std::string_view access_token;  ///< whose hash `at_hash` has to be, where there is one
};

/// Pure. Signature and claims as of any token by the policy (claims.hpp), and beside them the
/// nonce, `azp` where there is more than one audience, and `at_hash`. Not cached: a token signs in
/// once.
verified_principal check_id_token(std::string_view token, const issuer_policy& policy,
                                  const id_token_expectation& expected, const key_set& keys,
                                  wall_time now);

}  // namespace headroom::auth
