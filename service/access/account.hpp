// access/account.hpp: a principal's account here: its id, and its name in what it did.
#pragma once
#include "headroom/auth/principal.hpp"
#include "headroom/eventsourcing/event.hpp"
#include "headroom/http/caller.hpp"
#include "headroom/http/router.hpp"

namespace headroom::service::access {

/// Of a user the stream of issuer and subject; of a key its agent.
eventsourcing::uuid account_of(const auth::principal& who);

/// "user" or "agent" and the account's id; "operator" and the key's id for a key of the platform's
/// own. Never a name, an address or text of a token.
http::caller caller_of(const auth::principal& who);
/// The same as one word, "user:...", for events.
std::string actor_name(const auth::principal& who);

/// Leaves the caller on a request whose principal is known, for the log and the limits.
class name_caller {
public:
    task<http::response> operator()(http::request& of, http::next onward) const;
};

}  // namespace headroom::service::access
