// auth/oidc/sign_in.hpp: a browser signs in at the provider and comes back with a code.
//
//     browser -> begin() -> provider's page -> the callback -> finish() -> tokens, and who it is
//
// Authorization code with PKCE S256, state, nonce and the provider's `iss` (RFC 9700, 2.1). The
// browser that comes back must be the one that left: it holds a cookie whose digest went with the
// state. A code of another browser, a state that comes twice and an id token of another sign-in are
// refused, and the code is not sent anywhere then.
#pragma once
#include "headroom/auth/key_source.hpp"
#include "headroom/auth/oidc/id_token.hpp"
#include "headroom/auth/oidc/sign_in_states.hpp"
#include "headroom/auth/oidc/token_client.hpp"

namespace headroom::auth {

struct sign_in_terms {
    std::string redirect_uri;  ///< the callback, as it is registered with the provider
    std::string scope = "openid email profile";
    std::string audience{}, prompt{};  ///< as in authorization_request
    bool push = false;
    issuer_policy id_tokens;  ///< id_token_policy()
};

/// Where the browser goes, and what it keeps until it is back: for a cookie that no script reads.
struct begun_for_browser {
    std::string url;
    secret cookie;
};

/// Why none began.
struct begin_failure {
    std::optional<too_many_sign_ins> full{};  ///< else it is the provider's
    oidc_failure provider{};
    std::string sentence() const { return full ? full->sentence() : provider.sentence(); }
};

/// What the provider sends the browser back with. Nothing in it is to be trusted.
struct callback_query {
    std::string state;
    secret code;
    std::string issuer{}, error{};
};

enum class sign_in_fault {
    unknown_state,   ///< none of ours, used before, or too old
    other_browser,   ///< the cookie is missing or another's
    other_issuer,    ///< the answer is another provider's (RFC 9207)
    denied,          ///< the provider, or the user there, said no
    grant_refused,   ///< the provider does not take the code
    bad_id_token,    ///< missing, or not for this sign-in
    unavailable,     ///< the provider, or its keys lag behind: not the user's fault
};
std::string_view to_string(sign_in_fault of) noexcept;

struct sign_in_failure {
    sign_in_fault why;
    std::string detail{};  ///< of ours, for a log
};

struct signed_in {
    std::shared_ptr<const principal> who;  ///< by the id token
    token_set tokens;
    wall_time issued;       ///< from when on the tokens live
    std::string return_to;  ///< as begin() was given it
};

class sign_in {
public:
    /// All outlive it.
    sign_in(token_client& provider, key_source& keys, sign_in_states& states, sign_in_terms terms);

    // From any reactor. Throw what Redis throws (redis::mux::run), and operation_aborted when the
    // caller is cancelled.

    /// `cookie`: one that the browser has of another sign-in that it began, in another window; it
    /// goes on being good for both. Empty when it has none.
    task<std::expected<begun_for_browser, begin_failure>> begin(std::string return_to,
                                                                secret cookie, deadline until);
    /// `cookie`: as the browser sent it; empty when it sent none.
    task<std::expected<signed_in, sign_in_failure>> finish(callback_query with, secret cookie,
                                                           deadline until);

    /// Who somebody is by the id token that came with renewed tokens: the same subject, with what
    /// the provider now says of it. Refused with bad_claim where it is another.
    task<verified_principal> read_again(const token_set& of, const principal& before,
                                        deadline until);

private:
    task<verified_principal> verified(const token_set& of, std::optional<std::string_view> nonce,
                                      deadline until);

    token_client& provider_;
    key_source& keys_;
    sign_in_states& states_;
    const sign_in_terms terms_;
};

}  // namespace headroom::auth
