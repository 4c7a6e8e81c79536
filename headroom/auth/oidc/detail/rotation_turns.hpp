// auth/oidc/detail/rotation_turns.hpp: whose turn it is with one refresh token, as Redis knows it.
#pragma once
#include <cstdint>
#include <string>

#include "headroom/auth/oidc/rotating_refresh.hpp"
#include "headroom/auth/sealer.hpp"

namespace headroom::auth::detail {

/// What Redis says to who wants a turn.
struct turn_answer {
    enum class kind : std::uint8_t {
        mine,   ///< `number`: of the turn
        other,  ///< it is another's for `number` milliseconds more
        next,   ///< `sealed`: what came of the token
        dead,   ///< the provider refused the token
        lost,   ///< it was asked with so often that nobody asks again; `number`: how often
    };
    kind is = kind::lost;
    std::int64_t number = 0;
    std::string sealed{};
};

/// One hash for each token, by Redis' clock. All throw as redis::mux::run does.
class rotation_turns {
public:
    rotation_turns(redis::mux& shared, const rotation_terms& terms)
        : shared_(shared), terms_(terms) {}

    /// `who`: unguessable, so that a lost answer can be asked for again.
    task<turn_answer> ask(std::string name, std::string who, deadline until);
    /// The first outcome stands, also one that comes after its turn: a provider takes a token once.
    /// What stands then.
    task<std::string> keep(std::string name, std::string sealed, std::chrono::seconds kept,
                           deadline until);
    task<void> bury(std::string name, std::int64_t turn, deadline until);
    /// The turn is over without an outcome. `unspent`: the provider has not taken the token.
    task<void> give_back(std::string name, std::int64_t turn, bool unspent, deadline until);

private:
    redis::mux& shared_;
    const rotation_terms& terms_;
};

}  // namespace headroom::auth::detail
