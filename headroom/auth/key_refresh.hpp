// auth/key_refresh.hpp: when an issuer's keys are fetched, and how long they are good for.
//
//     none --fetched--> fresh --time--> stale --time--> spent
//                         any of them --fetched--> fresh
//
// fresh  the issuer's own time (Cache-Control) has not passed, or ours where it gave none
// stale  it has, and the issuer does not answer: the keys are still used, and that is shown
// spent  they are not used any more: nobody can be verified, which is not the caller's fault
//
// A set is fetched again before it ends, so no verification waits for that. A key that the set does
// not have is asked for once in a cooldown, also when the fetch failed, whatever number of unknown
// names come: else anybody could make us flood the issuer (GHSA-fhv5-28vv-h8m8). The defaults are
// those of Nimbus JOSE's JWKSourceBuilder.
//
// Pure: time and randomness are handed in. One for each issuer; not thread-safe.
#pragma once
#include <chrono>
#include <optional>
#include <random>

#include "headroom/runtime/backoff.hpp"
#include "headroom/runtime/deadline.hpp"

namespace headroom::auth {

struct key_refresh_bounds {
    std::chrono::milliseconds ttl{300'000};  ///< where the issuer gives no time
    std::chrono::milliseconds ttl_min{30'000}, ttl_max{86'400'000};  ///< whatever it gives
    /// A fetch begins so long before the end, or up to twice as long: many processes spread out.
    /// Never before half of the time has passed.
    std::chrono::milliseconds ahead{30'000};
    std::chrono::milliseconds cooldown{30'000};      ///< between fetches for unknown keys
    std::chrono::milliseconds stale_max{3'600'000};  ///< after the end, while fetches fail
    backoff_bounds retries{std::chrono::milliseconds(500), std::chrono::milliseconds(1'000),
                           std::chrono::milliseconds(30'000)};
};

enum class key_freshness { none, fresh, stale, spent };

class key_refresh {
public:
    using time_point = deadline::clock::time_point;

    key_refresh(key_refresh_bounds within, std::minstd_rand random);

    /// What to do for a token.
    enum class act {
        answer,       ///< by the keys there are; a key they do not have is unknown
        wait,         ///< for the fetch that is under way, and ask again
        fetch,        ///< begin one, and wait
        unavailable,  ///< nothing can be said, and the issuer was asked a moment ago
    };
    /// `known`: the set has the key that the token names. `waited`: for a fetch, already.
    act ask(bool known, bool waited, time_point now);

    /// Without anybody asking: a fetch should begin.
    bool due(time_point now) const;
    /// When that will be; nothing while one is under way.
    std::optional<time_point> due_at() const;

    void begun();
    /// `max_age`: the issuer's own, if it gave one.
    void fetched(std::optional<std::chrono::seconds> max_age, time_point now);
    void failed(time_point now);

    key_freshness is(time_point now) const;
    /// When the last set will be spent.
    time_point spent_at() const noexcept { return ends_ + within_.stale_max; }
    /// The last fetch failed.
    bool failing() const noexcept { return failing_; }

private:
    const key_refresh_bounds within_;
    std::minstd_rand random_;
    backoff retries_;
    bool under_way_ = false, failing_ = false, ever_ = false;
    time_point ends_{}, due_{}, unknown_again_{};
};

}  // namespace headroom::auth
