// auth/settings.hpp: whose tokens are accepted, read from AUTH_*.
#pragma once
#include <chrono>
#include <string>
#include <vector>

#include "headroom/auth/issuer_policy.hpp"
#include "headroom/auth/key_source.hpp"
#include "headroom/runtime/setting_reader.hpp"

namespace headroom::auth {

inline constexpr std::size_t issuers_max = 16;
inline constexpr std::size_t operator_keys_max = 16;
inline constexpr std::size_t tokens_kept_max = 10'000;  ///< verified tokens that are remembered

struct issuer_settings {
    issuer_policy policy;
    std::string keys_url{};  ///< ""; then it is discovered
    /// Its tokens may give roles beyond one tenant. AUTH_ISSUER's may, those of AUTH_ISSUERS not.
    bool platform = false;
    /// Of AUTH_ISSUERS: it was said in so many words that it may speak for every tenant.
    bool any_tenant = false;
};

/// An API key of the platform's own: known by configuration, so that it works before any tenant is.
struct operator_key {
    std::string id, hash;  ///< api_key_hash's
};

struct settings {
    std::vector<issuer_settings> issuers;
    std::chrono::milliseconds keys_kept{300'000};  ///< where an issuer gives no time of its own
    bool bypass = false;    ///< who presents nothing is let in; never in production
    bool loopback = false;  ///< issuers may be asked by http on the own machine
    std::vector<operator_key> operator_keys;

    /// Somebody can sign in by a token.
    bool takes_tokens() const noexcept { return !issuers.empty(); }
    bool knows(std::string_view issuer) const noexcept;
    bool is_platform(std::string_view issuer) const noexcept;
    /// That of AUTH_ISSUER; null without.
    const issuer_settings* own_issuer() const noexcept;
    std::vector<issuer_policy> policies() const;
    std::vector<key_source_terms> sources() const;
};

/// Declares and reads them. Faults are kept by the reader.
settings read_settings(setting_reader& from);

}  // namespace headroom::auth
