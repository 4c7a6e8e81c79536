// auth/oidc/token_client.hpp: us as a client of an identity provider: OAuth 2.0 and OpenID Connect.
//
//     token_client provider(home, over, {.issuer = "https://id.example", .as = identity});
//     const auto got = co_await provider.client_credentials({.scope = "orders"}, until);
//     if (!got) log(got.error().sentence());
//
// Its endpoints are those the provider names, and no others; over the process's one HTTP client, so
// that calls share its connections, its breaker and its bounds. A request is sent once: a code or a
// rotating token that is sent again is taken for stolen. Answers are bounded and read strictly;
// nothing here logs, and no failure has text of an answer.
#pragma once
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "headroom/auth/oidc/client_auth.hpp"
#include "headroom/auth/oidc/provider_directory.hpp"
#include "headroom/auth/oidc/token_answer.hpp"

namespace headroom::auth {

/// Whom an assertion of ours (private_key_jwt) names as its audience. Providers differ.
enum class assertion_audience { token_url, issuer };

struct token_client_terms {
    std::string issuer;  ///< exactly as its metadata have it
    client_identity as;
    bool loopback = false;  ///< also http on the own machine, for development
    assertion_audience assertions = assertion_audience::token_url;
    /// How a resource is asked for: "resource" (RFC 8707), or "audience".
    std::string audience_parameter = "resource";
    std::chrono::milliseconds exchange_max{10'000};  ///< of one request, discovery not included
    directory_bounds within{};
    std::function<wall_time()> now{};  ///< of assertions; without it the system's
};

/// A token that speaks for us, or for whom a refresh token speaks.
struct grant_request {
    std::string scope{}, audience{};  ///< empty: as the provider has it
    auto operator<=>(const grant_request&) const = default;
};

/// RFC 6749, 4.1.3 with RFC 7636.
struct code_exchange {
    secret code, verifier;
    std::string redirect_uri;  ///< the very one of the authorization request
    std::string audience{};    ///< likewise; left out where empty
};

/// RFC 6749, 4.1.1 and OpenID Connect Core, 3.1.2.1. State, nonce and challenge are the caller's.
struct authorization_request {
    std::string redirect_uri, scope, state, nonce, challenge;
    std::string audience{}, prompt{}, login_hint{};  ///< left out where empty
    bool push = false;  ///< by the provider's PAR endpoint: only a reference goes by the browser
};

class token_client {
public:
    /// Both outlive it. Throws std::invalid_argument for an issuer or an identity that will not do.
    token_client(reactor& home, http::client& over, token_client_terms terms);
    ~token_client();
    token_client(const token_client&) = delete;
    token_client& operator=(const token_client&) = delete;

    // From any reactor. Throw nothing but operation_aborted, when the caller is cancelled.

    task<oidc_result<token_set>> client_credentials(const grant_request& what, deadline until);
    task<oidc_result<token_set>> exchange_code(const code_exchange& what, deadline until);
    /// By a provider that rotates, the token is spent then: see rotating_refresh.hpp.
    task<oidc_result<token_set>> refresh(const secret& token, const grant_request& what,
                                         deadline until);
    /// `hint`: "access_token" or "refresh_token", or "".
    task<oidc_result<introspected_token>> introspect(const secret& token, std::string_view hint,
                                                     deadline until);
    /// Also done when the provider does not know the token.
    task<oidc_result<void>> revoke(const secret& token, std::string_view hint, deadline until);
    /// Where a browser is sent. With `push` it shows nothing but the reference.
    task<oidc_result<std::string>> authorization_url(authorization_request what, deadline until);
    task<oidc_result<provider_directory::kept>> metadata(deadline until);

    /// Waits for a discovery that nobody waits for. Nothing is asked afterwards. On the home
    /// reactor, before the HTTP client is stopped or after.
    task<void> stop();

    const std::string& issuer() const noexcept;
    const std::string& client_id() const noexcept;
    reactor& home() const noexcept;

private:
    struct body;
    const std::shared_ptr<body> body_;
};

}  // namespace headroom::auth
