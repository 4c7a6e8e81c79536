// auth/middleware.hpp: from a request's credential to its principal.
//
//     routes.use(answer_denials(tell));
//     routes.use(keep_private(exempt));
//     routes.use(limit_guesses(rates, exempt));
//     routes.use(accept_api_key(keys, exempt));
//     routes.use(accept_bearer(tokens, exempt));
//
// A request presents exactly one credential: `X-API-Key`, or a bearer token in `Authorization`.
// Without one it goes on without a principal; whoever needs one says so (principal_of), and what
// decides about routes behind these fails closed. Exempt are exact route templates, never prefixes:
// on them no credential is looked at.
#pragma once
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/auth/api_key_verifier.hpp"
#include "headroom/auth/authenticator.hpp"
#include "headroom/auth/request_principal.hpp"
#include "headroom/http/rate_limiter.hpp"
#include "headroom/http/router.hpp"

namespace headroom::auth {

inline constexpr char api_key_header[] = "X-API-Key";

/// Templates as the router has them: "/livez".
using exempt_routes = std::vector<std::string>;

/// Answers every `denied` of those behind it, and tells of its reason.
class answer_denials {
public:
    using listener = std::function<void(std::string_view reason)>;
    explicit answer_denials(listener tell = {}) : tell_(std::move(tell)) {}
    task<http::response> operator()(http::request& of, http::next onward) const;

private:
    const listener tell_;
};

/// A credential that is refused counts for the network it came from, as a request without one does
/// (http/rate_limit.hpp): else whoever guesses keys, or sessions, has a look-up for each, as often
/// as he likes.
/// While a network's rate is used up no credential from there is looked at: 429.
class limit_guesses {
public:
    using clock = std::function<deadline::clock::time_point()>;

    /// `table`: the one that requests without a credential count in.
    limit_guesses(std::shared_ptr<http::rate_limiter> table, exempt_routes exempt,
                  clock now = deadline::clock::now)
        : table_(std::move(table)), exempt_(std::move(exempt)), now_(std::move(now)) {}
    task<http::response> operator()(http::request& of, http::next onward) const;

private:
    const std::shared_ptr<http::rate_limiter> table_;
    const exempt_routes exempt_;
    const clock now_;
};

/// What stands behind credentials is one caller's: an answer that does not say itself who may keep
/// it is for no cache that others share. They know by themselves that `Authorization` makes an
/// answer private, and nothing of `X-API-Key`.
class keep_private {
public:
    explicit keep_private(exempt_routes exempt) : exempt_(std::move(exempt)) {}
    task<http::response> operator()(http::request& of, http::next onward) const;

private:
    const exempt_routes exempt_;
};

/// Verifies an API key. Two credentials are a 400, whatever they are.
class accept_api_key {
public:
    /// The verifier outlives the router.
    accept_api_key(const api_key_verifier& keys, exempt_routes exempt)
        : keys_(keys), exempt_(std::move(exempt)) {}
    task<http::response> operator()(http::request& of, http::next onward) const;

private:
    const api_key_verifier& keys_;
    const exempt_routes exempt_;
};

/// Verifies a bearer token, unless a principal is there already.
class accept_bearer {
public:
    /// The authenticator outlives the router.
    accept_bearer(const authenticator& tokens, exempt_routes exempt)
        : tokens_(tokens), exempt_(std::move(exempt)) {}
    task<http::response> operator()(http::request& of, http::next onward) const;

private:
    const authenticator& tokens_;
    const exempt_routes exempt_;
};

/// For development: who presents nothing is `who`, if it asks by a loopback name or address: a page
/// in a browser on this machine may come of a site whose name was made to lead here, and asks by
/// that (DNS rebinding). Such a request is denied, 403. A credential that is presented counts as
/// ever.
class assume_principal {
public:
    assume_principal(principal who, exempt_routes exempt)
        : who_(std::make_shared<const principal>(std::move(who))), exempt_(std::move(exempt)) {}
    task<http::response> operator()(http::request& of, http::next onward) const;

private:
    const std::shared_ptr<const principal> who_;
    const exempt_routes exempt_;
};

}  // namespace headroom::auth
