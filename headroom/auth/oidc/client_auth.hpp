// auth/oidc/client_auth.hpp: who we are to a provider, and how we prove it at its endpoints.
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/auth/jws_signer.hpp"
#include "headroom/auth/oidc/form.hpp"
#include "headroom/auth/principal.hpp"
#include "headroom/http/client/client.hpp"
#include "headroom/runtime/secret.hpp"

namespace headroom::auth {

enum class client_auth : std::uint8_t {
    client_secret_basic,  ///< in a field, id and secret form-encoded (RFC 6749, 2.3.1)
    client_secret_post,   ///< in the body
    private_key_jwt,      ///< an assertion signed by us (RFC 7523, section 2.2)
    tls_client_auth,      ///< a client's certificate (RFC 8705, section 2)
    none,                 ///< a public client: PKCE alone
};

/// As providers name it: "client_secret_basic".
std::string_view to_string(client_auth of) noexcept;
std::optional<client_auth> client_auth_named(std::string_view name) noexcept;

struct client_identity {
    std::string id;
    client_auth by = client_auth::client_secret_basic;
    secret password{};                           ///< of basic and post
    std::shared_ptr<const jws_signer> signer{};  ///< of private_key_jwt
    http::own_certificate certificate{};      ///< of tls_client_auth
};

/// A sentence for each part that is missing; empty when it may be used.
std::vector<std::string> faults_of(const client_identity& of);

/// How long an assertion of ours is good for.
inline constexpr std::chrono::seconds assertion_life{60};

/// Puts the proof into a request that has `to` as its body. `audience`: whom an assertion is for.
void authenticate(const client_identity& as, std::string_view audience, wall_time now, form& to,
                  http::client_request& what);

}  // namespace headroom::auth
