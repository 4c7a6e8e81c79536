// auth/issuer_policy.hpp: what is asked of the tokens of one issuer.
#pragma once
#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "headroom/auth/algorithm.hpp"

namespace headroom::auth {

inline constexpr std::chrono::seconds leeway_max{300};

/// Filled from configuration, checked once with faults_of, unchanged afterwards.
struct issuer_policy {
    std::string issuer;                  ///< compared byte by byte with `iss`
    std::vector<std::string> audiences;  ///< one of them must be in `aud`; at least one
    algorithm_set algorithms = public_key_algorithms;
    /// `typ`, without "application/", in lower case. "" lets in tokens that state none. With "jwt"
    /// or "" among them, what looks like an id token or a logout token is refused all the same.
    std::vector<std::string> types = {"at+jwt"};  // RFC 9068
    /// Clients whose tokens are accepted: `azp`, else `client_id`. Empty: any.
    std::vector<std::string> parties;
    std::chrono::seconds leeway{60};              ///< for clocks that differ, either way
    std::optional<std::chrono::seconds> age_max;  ///< since `iat`, which must be there then
    /// Tenants this issuer may speak for. Empty: any. With exactly one, a token without the claim
    /// speaks for that.
    std::vector<std::string> tenants;
    bool tenant_required = true;
    std::string tenant_claim = "tenant_id", roles_claim = "roles", scope_claim = "scope";
};

/// A sentence for each bound that is broken; empty when it may be used.
std::vector<std::string> faults_of(const issuer_policy& policy);

}  // namespace headroom::auth
