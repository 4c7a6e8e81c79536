// auth/oidc/accept_session.hpp: the third credential of a request: the session of a browser.
//
//     routes.use(accept_api_key(keys, exempt));
//     routes.use(accept_bearer(tokens, exempt));
//     routes.use(accept_session(sessions, pages, exempt));
//
// A cookie is sent without anybody meaning it, a header is not: so where `Authorization` or
// `X-API-Key` is there, whatever it holds, the cookie is not looked at. What may change something
// needs more than the cookie: it must come from a page of ours (page_origin.hpp).
#pragma once
#include "headroom/auth/middleware.hpp"
#include "headroom/auth/oidc/page_origin.hpp"
#include "headroom/auth/oidc/session_verifier.hpp"

namespace headroom::auth {

inline constexpr char session_cookie[] = "session";

/// The session id that a request brings, or nothing.
std::optional<secret> session_id_of(const http::request& of);

/// The values of all its `Cookie` fields.
std::vector<std::string_view> cookies_of(const http::request& of);

/// Left on a request beside its principal, which a session vouches for.
struct known_session {
    wall_time ends;
};

/// Behind those of the other credentials. Throws denied: 401 for a session that is over, 403 for
/// another site's request.
class accept_session {
public:
    /// The first two outlive the router.
    accept_session(const session_verifier& sessions, const own_pages& pages, exempt_routes exempt)
        : sessions_(sessions), pages_(pages), exempt_(std::move(exempt)) {}
    task<http::response> operator()(http::request& of, http::next onward) const;

private:
    bool looks_at(const http::request& of) const;

    const session_verifier& sessions_;
    const own_pages& pages_;
    const exempt_routes exempt_;
};

/// The refusal of a request that is another site's.
denial other_site();

}  // namespace headroom::auth
