// auth/authenticator.hpp: from a request's token to a principal, with the one wait that may be.
//
// A token whose key is known is answered at once, whatever its issuer does. One whose key is not
// among those there are waits for one look at the issuer (key_source::look_again), and is verified
// by what that brought. No keys at all are nobody's fault but the issuer's: no_keys, a 503.
#pragma once
#include <functional>

#include "headroom/auth/key_source.hpp"
#include "headroom/auth/token_verifier.hpp"

namespace headroom::auth {

/// Asks an issuer's key source once more; of an issuer of a policy only. From any reactor.
using look_for_keys =
    std::function<task<key_source::looked>(std::string_view issuer, deadline until)>;
/// The time tokens are judged by.
using wall_clock = std::function<wall_time()>;
wall_time wall_now();

/// Usable from every reactor. The verifier outlives it.
class authenticator {
public:
    authenticator(token_verifier& tokens, look_for_keys look, wall_clock now = wall_now)
        : tokens_(tokens), look_(std::move(look)), now_(std::move(now)) {}

    /// `token` lives until this is done.
    task<verified_principal> verify(std::string_view token, deadline until) const;

private:
    token_verifier& tokens_;
    const look_for_keys look_;
    const wall_clock now_;
};

}  // namespace headroom::auth
