// auth/token_verifier.hpp: from a token to a principal, or to the reason why not.
//
//     token_verifier tokens({policy}, keys, 10'000);
//     const auto who = tokens.verify(text, now);
//     if (!who) return refuse(who.error().why);
//
// In this order, each step before the next costs anything: size and form, algorithm, issuer, key,
// signature, claims.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/auth/issuer_policy.hpp"
#include "headroom/auth/key_set.hpp"
#include "headroom/auth/token_cache.hpp"

namespace headroom::auth {

struct token_refusal {
    token_fault why;
    /// With unknown_key: whose keys may have changed, and which one is wanted; with no_keys, whose
    /// are wanted. Empty otherwise. The kid is text of the token, of any bytes: not for logs.
    std::string issuer, kid;
};

using verified_principal = std::expected<std::shared_ptr<const principal>, token_refusal>;

/// The issuer's present keys; null when they are not to be had. Called from any thread, for issuers
/// of a policy only; must not wait.
using keys_of = std::function<std::shared_ptr<const key_set>(std::string_view issuer)>;

/// Opens nothing and waits for nothing. Thread-safe.
class token_verifier {
public:
    /// One policy an issuer, each without faults.
    token_verifier(std::vector<issuer_policy> policies, keys_of keys,
                   std::size_t cached_tokens_max);
    ~token_verifier();

    verified_principal verify(std::string_view token, wall_time now);

    token_cache_figures cache_figures() const { return cache_.figures(); }

private:
    const issuer_policy* policy_for(std::string_view issuer) const;
    std::shared_ptr<const principal> remembered(const token_digest& token, wall_time now);
    verified_principal verify_whole(std::string_view token, const token_digest& digest,
                                    wall_time now);

    const std::vector<issuer_policy> policies_;
    const keys_of keys_;
    token_cache cache_;
};

}  // namespace headroom::auth
