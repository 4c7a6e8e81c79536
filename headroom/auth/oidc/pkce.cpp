#include "headroom/auth/oidc/pkce.hpp"

#include "headroom/auth/base64url.hpp"
#include "headroom/auth/detail/sha256.hpp"

namespace headroom::auth {

std::string pkce_challenge(std::string_view verifier) {
    return to_base64url(detail::sha256(verifier));
}

}  // namespace headroom::auth
