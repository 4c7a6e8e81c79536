// auth/oidc/sessions.hpp: who is signed in with a browser, kept on our side.
//
// The browser holds an id of 256 random bits and nothing else; the tokens rest in Redis, sealed
// under a key that only follows from the id, beside a name that is its digest: a dump of Redis
// signs nobody in. A session ends after idle_max without a request, after life_max in any case,
// when it is ended, and when the provider refuses to renew its tokens. Without a refresh token it
// ends with its access token. Renewed tokens that bring an id token say anew who it is.
#pragma once
#include <functional>
#include <optional>

#include "headroom/auth/oidc/rotating_refresh.hpp"
#include "headroom/auth/oidc/sign_in.hpp"

namespace headroom::auth {

namespace detail {
struct session_record;
}

/// Who it is by the id token of renewed tokens: sign_in::read_again.
using read_again = std::function<task<verified_principal>(const token_set& of,
                                                          const principal& before, deadline until)>;

struct session_terms {
    std::string prefix{};  ///< before all names in Redis
    /// As in sealer.hpp, of all processes the same. What was sealed with the earlier one is sealed
    /// again with the first request that finds it.
    sealing_secrets sealing;
    std::chrono::seconds idle_max{1'800}, life_max{12 * 3'600};
    /// Tokens are renewed before they are handed out when so much of their life is left, or the
    /// part of it that is less: those of a minute are not renewed at each request.
    std::chrono::seconds renew_before{60};
    unsigned renew_percent_max = 25;
    /// For the provider, where there is another way than to wait: tokens that are still good, and
    /// a session that is to end.
    std::chrono::milliseconds provider_wait_max{2'000};
    /// After a renewal that failed in passing the tokens that still live are not renewed again for
    /// so long, or for as long as the provider asked, retry_after_max at most.
    std::chrono::seconds renewal_pause{5}, retry_after_max{60};
    std::chrono::milliseconds redis_wait_max{2'000};  ///< for one answer of Redis
    /// Without it a session stays who signed in. One whose id token is refused is over, unless it
    /// is for its age, by our clock, or for want of keys: then it stays as it was.
    read_again who_again{};
};

/// A session as a request finds it.
struct session {
    principal who;   ///< as the latest id token had it
    secret access;   ///< empty once it has ended and renewing fails in passing
    wall_time ends;  ///< whatever is done with it
};

class sessions {
public:
    /// All outlive it.
    sessions(token_client& provider, rotating_refresh& renewing, redis::mux& shared,
             session_terms terms);

    // From any reactor. Throw as redis::mux::run does, and operation_aborted.

    /// The id, for the browser's cookie: shown to nobody else.
    task<secret> begin(signed_in who, deadline until);
    /// Nothing when there is no such session, or when it has ended; text that is no id asks nobody.
    /// Counts as a request of it.
    task<std::optional<session>> find(secret id, deadline until);
    /// Deletes it, then revokes its tokens at the provider, whose answer changes nothing. Whether
    /// there was one.
    task<bool> end(secret id, deadline until);
    /// Deletes it, and asks the provider nothing.
    task<void> forget(secret id, deadline until);

private:
    /// A record, and the version that it is of.
    struct found;
    task<std::optional<found>> read(const secret& id, deadline until);
    /// Renews what has to be; false: the session is over.
    task<bool> renewed(const secret& id, found& of, deadline until);
    /// False: whom the tokens are for is another, or nobody can say.
    task<bool> still_itself(const token_set& renewed, principal& who, deadline until);
    task<void> write(const secret& id, found& of, deadline until);
    std::string name_of(const secret& id) const;
    deadline at_once(deadline until) const;
    /// When tokens of that life are to be renewed.
    wall_time due_after(wall_time now, std::chrono::seconds life) const;

    token_client& provider_;
    rotating_refresh& renewing_;
    redis::mux& shared_;
    const session_terms terms_;
    const sealer seal_;
};

}  // namespace headroom::auth
