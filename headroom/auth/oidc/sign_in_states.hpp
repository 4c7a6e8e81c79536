// auth/oidc/sign_in_states.hpp: sign-ins that have begun, kept in Redis until the browser is back.
//
// Under `pkce:{state}`, sealed, for ten minutes; taken once, by one of however many ask. Whoever
// begins one is nobody yet, so there are so many at most in all processes: beside them stands an
// index, `pkce_pending`, by when each is over. What does not fit is refused, and what has begun
// goes on.
#pragma once
#include <atomic>
#include <expected>
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

/// A sign-in that does not begin.
struct too_many_sign_ins {
    std::uint64_t pending, limit;  ///< that have begun, in all processes
    std::chrono::seconds wait;     ///< until the oldest of them is over
    std::string sentence() const;
};

class sign_in_states {
public:
    static constexpr std::size_t pending_max_default = 10'000;  // of 3 KiB each at most: 30 MiB
    static constexpr std::chrono::seconds ttl{600};
    static constexpr std::size_t return_to_bytes_max = 2'048;
    static constexpr std::chrono::milliseconds redis_wait_max{2'000};

    /// `prefix`: before all names, "orders:". `sealing`: as in sealer.hpp, of all processes the
    /// same. `pending_max`: at least 1.
    sign_in_states(redis::mux& shared, std::string prefix, const sealing_secrets& sealing,
                   std::size_t pending_max = pending_max_default);

    // Both throw as redis::mux::run does. From any reactor.

    /// `state`: unguessable, of the caller's making.
    task<std::expected<void, too_many_sign_ins>> put(std::string state, begun_sign_in what,
                                                     deadline until);
    /// What was put, to the first who asks; nothing to others, nor after its time, nor for what is
    /// no state: Redis is not asked about that.
    task<std::optional<begun_sign_in>> take(std::string state, deadline until);

    /// That have begun and not ended, as Redis last said here; and how many may. Any thread.
    std::uint64_t pending() const noexcept { return pending_; }
    std::size_t pending_max() const noexcept { return pending_max_; }

private:
    std::string name_of(const std::string& state) const { return prefix_ + "pkce:" + state; }

    redis::mux& shared_;
    const std::string prefix_, index_;
    const sealer seal_;
    const std::size_t pending_max_;
    std::atomic<std::uint64_t> pending_{0};
};

}  // namespace headroom::auth
