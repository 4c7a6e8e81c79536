// sign_in/browser_sign_in.hpp: people who sign in with a browser, at the provider of AUTH_ISSUER.
//
//     /auth/login -> the provider -> /auth/callback -> a session, in Redis -> its cookie
//
// Made of the process's one Redis connection and its one HTTP client: it opens nothing of its own.
#pragma once
#include "headroom/auth/oidc/sign_in_routes.hpp"
#include "headroom/http/rate_limiter.hpp"
#include "headroom/runtime/repeated_look.hpp"
#include "service/process.hpp"
#include "service/sign_in/sign_in_metrics.hpp"

namespace headroom::service::sign_in {

/// What it is made of; all of it outlives it.
struct sign_in_ground {
    process& in;  ///< which has a Redis
    http::client& client;
    auth::key_source& keys;             ///< of AUTH_ISSUER
    const auth::authenticator& bearer;  ///< of access tokens
    observability::metrics& metrics;
};

/// A part: what is under way at the provider ends with its stop. To be started after Redis and the
/// client, before the server.
class browser_sign_in final : public part {
public:
    explicit browser_sign_in(const sign_in_ground& of);
    browser_sign_in(const browser_sign_in&) = delete;
    browser_sign_in& operator=(const browser_sign_in&) = delete;

    /// Behind the other credentials. What it enters refers to this.
    void authenticate(http::router& to, auth::exempt_routes exempt);
    void add_routes(http::typed::api& to);

    std::string_view name() const noexcept override { return "service.sign_in"; }
    void start(deadline by) override;
    void stop(deadline drain_until) noexcept override;

private:
    static constexpr std::chrono::milliseconds period_ms{1'000};
    void tell(std::string_view what, const std::string& why);
    void look();

    reactor& home_;
    const observability::logger& log_;
    const std::chrono::seconds life_max_;
    auth::token_client provider_;
    auth::rotating_refresh renewing_;
    auth::sign_in_states states_;
    auth::sign_in sign_in_;
    auth::sessions sessions_;
    const auth::own_pages pages_;
    const auth::session_verifier verifier_;
    sign_in_metrics figures_;
    const std::shared_ptr<http::rate_limiter> rates_;
    repeated_look looks_;
};

}  // namespace headroom::service::sign_in
