// auth/api_key_fault.hpp: why an API key is refused.
#pragma once
#include <string_view>

namespace headroom::auth {

enum class api_key_fault {
    repeated,         ///< the header is there more than once
    malformed,        ///< no key at all, or mistyped
    unknown,          ///< no key has that id
    wrong,            ///< another secret
    revoked,
    expired,
    agent_suspended,
    busy,             ///< too many old keys are being checked
    guessed,          ///< too many wrong keys of that id came from the client's network
    not_served,       ///< no pepper: nothing can be verified here
};

/// "agent_suspended", for logs and metrics.
std::string_view to_string(api_key_fault of) noexcept;
/// 401; 400 for a repeated header, 429 for guesses, 503 where it is not the key's fault.
unsigned status_of(api_key_fault of) noexcept;
/// "INVALID_KEY", as clients see it: an unknown id and a wrong secret look alike.
std::string_view error_code(api_key_fault of) noexcept;
/// A sentence for the client; never text of the key.
std::string_view sentence(api_key_fault of) noexcept;

}  // namespace headroom::auth
