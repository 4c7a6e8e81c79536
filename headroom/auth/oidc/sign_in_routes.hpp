// auth/oidc/sign_in_routes.hpp: what a browser asks to sign in, to sign out and to know who it is.
//
//     GET  /auth/login?return_to=/orders   to the provider, and a cookie that binds the browser
//     GET  /auth/callback                  back from there: a session, and on to where it wanted
//     POST /auth/logout                    ends the session, here and at the provider
//     GET  /auth/session                   who is signed in, as JSON; 401 for nobody
//
// Cookies are `__Host-sign-in` and `__Host-session`, for this host alone and for no script. No
// answer is stored by anybody, and none holds a token.
#pragma once
#include <functional>

#include "headroom/auth/oidc/sessions.hpp"
#include "headroom/http/router.hpp"

namespace headroom::auth {

inline constexpr char sign_in_cookie[] = "sign-in", session_cookie[] = "session";

/// What the routes are made of; all of it outlives the router.
struct sign_in_desk {
    sign_in& in;
    sessions& all;
    std::chrono::seconds life_max;  ///< of a session's cookie: session_terms has the same
    /// Told why a sign-in failed, in words of ours. From any reactor.
    std::function<void(const std::string&)> tell{};
};

void add_sign_in_routes(http::router& to, const sign_in_desk& of);

/// The session id that a request brings, or nothing.
std::optional<secret> session_id_of(const http::request& of);

}  // namespace headroom::auth
