// auth/oidc/sign_in_states.hpp: sign-ins that have begun, kept in Redis until the browser is back.
//
// Under `pkce:{state}`, sealed, for ten minutes; taken once, by one of however many ask.
#pragma once
#include <optional>
#include <string>

#include "headroom/auth/principal.hpp"
#include "headroom/auth/sealer.hpp"
#include "headroom/persistence/redis/mux.hpp"

namespace headroom::auth {

struct begun_sign_in {
    secret verifier;  ///< of PKCE
    std::string redirect_uri, nonce;
    std::string binding;    ///< the digest of what the browser's cookie holds: binding_of()
    std::string return_to;  ///< where the browser goes afterwards: a path of the service
    wall_time begun;
};

/// 43 characters of base64url: the SHA-256 of a cookie's value.
std::string binding_of(const secret& cookie);

class sign_in_states {
public:
    static constexpr std::chrono::seconds ttl{600};
    static constexpr std::size_t return_to_bytes_max = 2'048;
    static constexpr std::chrono::milliseconds redis_wait_max{2'000};

    /// `prefix`: before all names, "orders:". `sealing`: as in sealer.hpp, of all processes the
    /// same.
    sign_in_states(redis::mux& shared, std::string prefix, const secret& sealing);

    // Both throw as redis::mux::run does. From any reactor.

    /// `state`: unguessable, of the caller's making.
    task<void> put(std::string state, begun_sign_in what, deadline until);
    /// What was put, to the first who asks; nothing to others, nor after its time, nor for what is
    /// no state: Redis is not asked about that.
    task<std::optional<begun_sign_in>> take(std::string state, deadline until);

private:
    redis::mux& shared_;
    const std::string prefix_;
    const sealer seal_;
};

}  // namespace headroom::auth
