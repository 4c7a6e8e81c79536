// auth/api_key_verifier.hpp: from an API key to a principal, or to the reason why not.
//
// In this order: form and checksum, one look-up by id, the secret, and only then whether the key is
// in force: what became of a key is told to who has it, and an id that somebody has seen looks like
// one that never was. What was looked up is kept for moments (brief_cache), so a key in use costs
// an HMAC a request and a query every few seconds, and a revocation is seen when the moment is
// over, or at once where forget() is called.
#pragma once
#include <expected>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/auth/api_key.hpp"
#include "headroom/auth/api_key_fault.hpp"
#include "headroom/auth/authenticator.hpp"
#include "headroom/auth/brief_cache.hpp"
#include "headroom/auth/principal.hpp"
#include "headroom/runtime/task.hpp"

namespace headroom::auth {

class older_api_keys;

/// A key as its registry has it.
struct registered_api_key {
    std::string id;
    std::string hash;  ///< api_key_hash's, or an older system's bcrypt
    std::shared_ptr<const principal> who;
    std::optional<wall_time> expiry{};
    bool revoked = false, agent_active = true;
};
using kept_api_keys = brief_cache<registered_api_key>;

struct api_key_terms {
    secret pepper;  ///< empty: no key is verified
    /// By id, in one round trip. Its failures are the request's: nobody is let in for them.
    std::function<task<std::optional<registered_api_key>>(std::string id, deadline until)> look_up;
    /// Told of each verification; on the caller's reactor, must not wait.
    std::function<void(const registered_api_key& of, wall_time at)> used{};
    older_api_keys* older = nullptr;  ///< null: keys of the older kind are refused
    wall_clock now = wall_now;
};

/// Usable from every reactor. `kept`, and what the terms refer to, outlive it.
class api_key_verifier {
public:
    using verified = std::expected<std::shared_ptr<const principal>, api_key_fault>;

    api_key_verifier(api_key_terms terms, kept_api_keys& kept);

    /// `presented` and `from`, the network it came from, live until this is done. Throws what the
    /// look-up throws.
    task<verified> verify(std::string_view presented, std::string_view from,
                          deadline until) const;

private:
    task<std::optional<registered_api_key>> find(std::string id, deadline until) const;
    task<std::expected<void, api_key_fault>> check(const registered_api_key& key,
                                                   const presented_api_key& sent,
                                                   std::string_view from, deadline until) const;
    api_key_fault refusal(api_key_fault why, const presented_api_key& sent,
                          std::string_view from) const;

    const api_key_terms terms_;
    kept_api_keys& kept_;
};

}  // namespace headroom::auth
