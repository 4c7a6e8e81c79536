// access/first_sign_in.hpp: a user of a verified token is made with its first request.
#pragma once
#include "headroom/auth/brief_cache.hpp"
#include "headroom/auth/request_principal.hpp"
#include "headroom/http/router.hpp"
#include "service/identity/user_service.hpp"

namespace headroom::service::access {

inline constexpr std::size_t users_known_max = 10'000;
inline constexpr std::chrono::hours users_known_for{1};

/// Left on a user's first request: where the read model has to be for the user to be seen.
struct just_made {
    eventsourcing::log_position at = 0;
};

/// The users that are known to be there. Thread-safe.
using known_users = auth::brief_cache<bool>;

/// Behind the tenant gate. Users of tokens alone: agents, keys and the platform's people without a
/// tenant have no profile. Of two first requests at once both find the one user. 409 when the
/// subject belongs to another tenant. A user that is known costs a look into `known`.
class first_sign_in {
public:
    /// Both outlive the router.
    first_sign_in(const identity::user_service& users, known_users& known)
        : users_(users), known_(known) {}
    task<http::response> operator()(http::request& of, http::next onward) const;

private:
    task<void> make(http::request& of, const auth::principal& who, const std::string& key) const;

    const identity::user_service& users_;
    known_users& known_;
};

}  // namespace headroom::service::access
