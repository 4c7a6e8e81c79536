// auth/oidc/token_keeper.hpp: tokens that speak for the service itself, kept and renewed.
//
//     token_keeper tokens(provider);
//     const auto token = co_await tokens.token({.scope = "orders"}, until);
//     if (token) call.fields.push_back({"Authorization", "Bearer " + token->reveal()});
//
// However many callers find that there is none, one request is made, and all of them wait for it
// without a thread. A token is renewed beside, well before its end (token_times.hpp); while that
// fails in passing it is used until it really ends. A failure is told to those who wait for it; who
// comes later asks anew, unless the provider asked for a pause.
#pragma once
#include <cstdint>
#include <memory>

#include "headroom/auth/oidc/token_client.hpp"
#include "headroom/auth/oidc/token_times.hpp"

namespace headroom::auth {

struct token_keeper_terms {
    std::size_t tokens_max = 64;  ///< scopes and audiences together
    std::chrono::milliseconds fetch_max{10'000};  ///< whatever the callers' deadlines are
    token_times_bounds times{};
};

struct token_keeper_figures {
    std::uint64_t asked = 0;    ///< by callers
    std::uint64_t fetched = 0;  ///< from the provider
    std::uint64_t failures = 0;
    std::size_t tokens = 0;
};

class token_keeper {
public:
    /// The client outlives it.
    explicit token_keeper(token_client& by, token_keeper_terms with = {});
    ~token_keeper();
    token_keeper(const token_keeper&) = delete;
    token_keeper& operator=(const token_keeper&) = delete;

    /// By client_credentials. From any reactor. Throws operation_aborted when the caller is
    /// cancelled; the others go on waiting.
    task<oidc_result<secret>> token(grant_request what, deadline until);

    /// Whoever was given this token was refused with it: the next caller gets another one. Nothing
    /// happens when there is another already.
    task<void> refused(grant_request what, secret token);

    /// Waits for what is under way. Nothing is asked afterwards. On the client's home reactor.
    task<void> stop();

    /// On the client's home reactor.
    token_keeper_figures figures() const;

private:
    struct body;
    const std::shared_ptr<body> body_;
};

}  // namespace headroom::auth
