// auth/oidc/sign_in_routes.hpp: what a browser asks to sign in, to sign out and to know who it is.
//
//     GET  /auth/login?return_to=/orders   to the provider, and a cookie that binds the browser
//     GET  /auth/callback                  back from there: a session, and on to where it wanted
//     POST /auth/logout                    ends the session, here and at the provider
//     GET  /auth/session                   who is signed in, as JSON; 401 for nobody
//
// The first three look at their own cookies and stand open; the last stands behind accept_session.
// Cookies are `__Host-sign-in` and `__Host-session`, for this host alone and for no script. No
// answer is stored by anybody, and none holds a token.
#pragma once
#include <functional>

#include "headroom/auth/oidc/accept_session.hpp"
#include "headroom/auth/oidc/sign_in.hpp"
#include "headroom/http/typed/api.hpp"

namespace headroom::auth {

inline constexpr char sign_in_cookie[] = "sign-in";
inline constexpr char login_path[] = "/auth/login", callback_path[] = "/auth/callback";

/// What the routes are made of; all of it outlives the routes.
struct sign_in_desk {
    sign_in& in;
    sessions& all;
    const own_pages& pages;         ///< which may sign their user out
    std::chrono::seconds life_max;  ///< of a session's cookie: session_terms has the same
    /// Told what came of each request, in words of ours: "signed_in", "signed_out", "not_begun",
    /// "too_many" or a sign_in_fault's; and why, for a log. From any reactor.
    std::function<void(std::string_view what, const std::string& why)> tell{};
};

void add_sign_in_routes(http::typed::api& to, const sign_in_desk& of);

}  // namespace headroom::auth
