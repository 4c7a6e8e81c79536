// auth/oidc/session_verifier.hpp: from a session to the principal that its tokens speak for.
//
// The access token decides, where it is one of ours: a JWT for an audience of ours. It is verified
// like any bearer token, at each request, so that a tenant and roles are as the provider last said
// when it renewed the token; one of ours that is refused is a refusal. Any other access token is
// opaque to us, and the latest id token stands, that of the sign-in or of a renewal, for as long as
// the provider renews.
#pragma once
#include "headroom/auth/authenticator.hpp"
#include "headroom/auth/denial.hpp"
#include "headroom/auth/oidc/sessions.hpp"

namespace headroom::auth {

struct session_holder {
    std::shared_ptr<const principal> who;
    wall_time ends;  ///< of the session, whatever is done with it
};

/// Unverified: whether a token is a JWT that names one of the audiences. For a token that came from
/// its provider; nothing follows from it but which token is asked.
bool names_audience(std::string_view token, const std::vector<std::string>& any);

/// Usable from every reactor.
class session_verifier {
public:
    /// The first two outlive it. `audiences`: of access tokens for us.
    session_verifier(sessions& all, const authenticator& tokens,
                     std::vector<std::string> audiences)
        : all_(all), tokens_(tokens), audiences_(std::move(audiences)) {}

    /// One round trip to Redis, unless tokens have to be renewed. 401 for a session that is over,
    /// 503 for one whose tokens have ended and are not renewed at present, and for any while Redis
    /// does not answer. Throws operation_aborted.
    task<std::expected<session_holder, denial>> verify(secret id, deadline until) const;

private:
    /// Nothing when Redis does not answer.
    task<std::optional<std::optional<session>>> found(secret id, deadline until) const;
    task<std::expected<session_holder, denial>> judged(session of, deadline until) const;

    sessions& all_;
    const authenticator& tokens_;
    const std::vector<std::string> audiences_;
};

}  // namespace headroom::auth
