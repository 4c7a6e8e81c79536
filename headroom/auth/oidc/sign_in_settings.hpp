// auth/oidc/sign_in_settings.hpp: how browsers sign in, read from AUTH_OAUTH_* and AUTH_SESSION_*.
#pragma once
#include "headroom/auth/oidc/client_auth.hpp"
#include "headroom/auth/sealer.hpp"
#include "headroom/runtime/setting_reader.hpp"

namespace headroom::auth {

struct sign_in_settings {
    client_identity as;        ///< without an id nobody signs in with a browser
    std::string redirect_uri;  ///< the callback, as the provider has it registered
    std::string scope;
    std::string audience;            ///< whom access tokens are asked for; empty: nobody is named
    std::string audience_parameter;  ///< by which name: "resource" or "audience"
    bool push = false;  ///< by the provider's PAR endpoint
    sealing_secrets sealing;  ///< of states, sessions and refreshed tokens
    std::chrono::seconds idle_max{0}, life_max{0};  ///< of a session
    unsigned rate = 0, burst = 0;  ///< of one network's sign-ins; a rate of 0: no such limit
    unsigned pending_max = 0;      ///< sign-ins that have begun and not ended

    bool on() const noexcept { return !as.id.empty(); }
};

/// Declares and reads them. Faults are kept by the reader.
sign_in_settings read_sign_in_settings(setting_reader& from);

}  // namespace headroom::auth
