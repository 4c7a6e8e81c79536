// auth/oidc/token_times.hpp: when a token that is kept is fetched again. Pure.
//
//     good ---- 72 to 88 % of its life ----> due ---- its end ----> spent
//
// good   it is used
// due    it is used, and one more is asked for beside; what fails is asked for again after a pause,
//        or when the provider says, and the token is used on
// spent  whoever needs one waits for the next
#pragma once
#include <optional>
#include <random>

#include "headroom/auth/oidc/oidc_failure.hpp"
#include "headroom/runtime/backoff.hpp"
#include "headroom/runtime/deadline.hpp"

namespace headroom::auth {

struct token_times_bounds {
    /// Of its life: where a token becomes due is uniform between the two, so that many processes
    /// that got theirs at once do not come back at once.
    double due_from = 0.72, due_until = 0.88;
    backoff_bounds pauses{std::chrono::milliseconds(500), std::chrono::milliseconds(1'000),
                          std::chrono::milliseconds(30'000)};
};

/// Of one token. Not thread-safe.
class token_times {
public:
    using time_point = deadline::clock::time_point;

    token_times(token_times_bounds within, std::minstd_rand random);

    enum class act {
        use,            ///< the token there is
        use_and_fetch,  ///< it, and begin to ask for the next
        fetch_first,    ///< there is none: ask, and wait
        refuse,         ///< there is none, and the provider asked for a pause: see refused_for()
    };
    act ask(time_point now) const;

    /// `asked`: when the request began, from which on the token's life counts.
    void fetched(std::chrono::seconds life, time_point asked);
    void failed(const oidc_failure& why, time_point now);
    /// It is good no more, whatever its life was to be.
    void spend(time_point now) noexcept { due_ = ends_ = std::min(ends_, now); }

    /// What is left of the pause that the provider asked for.
    std::chrono::seconds refused_for(time_point now) const;
    time_point due_at() const noexcept { return due_; }
    time_point ends_at() const noexcept { return ends_; }

private:
    const token_times_bounds within_;
    std::minstd_rand random_;
    backoff pauses_;
    time_point due_{}, ends_{};  // both in the past while there is none
    time_point again_{};         // a token that is due is not asked for before
    time_point asked_pause_{};   // by the provider
};

}  // namespace headroom::auth
