// auth/oidc/oidc_failure.hpp: why a provider gave nothing, and whether to ask again.
//
// Words and figures of ours, never text of the provider's answer: it may be logged and shown.
#pragma once
#include <chrono>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

namespace headroom::auth {

enum class oidc_fault {
    grant_refused,  ///< the code or the token is spent, revoked or another's: for good
    lost,           ///< the token may be spent, and nobody knows for what: asked no more
    misconfigured,  ///< the provider does not take this client, or not for this: an operator's
    not_offered,    ///< the provider has no such endpoint: likewise
    unavailable,    ///< no answer, too many requests, or a fault of the provider's: ask later
    malformed,      ///< an answer that is none: ask later
};

std::string_view to_string(oidc_fault of) noexcept;

struct oidc_failure {
    oidc_fault why = oidc_fault::unavailable;
    unsigned status = 0;  ///< of the answer; 0: there was none
    std::optional<std::chrono::seconds> retry_after{};  ///< as the provider asked
    /// The provider may have acted on the request, and what it answered is not known.
    bool may_have_acted = false;
    std::string detail{};  ///< in words, with the origin that was asked; may be empty

    /// Asking again may help; a token that is still good is kept.
    bool passing() const noexcept {
        return why == oidc_fault::unavailable || why == oidc_fault::malformed;
    }
    /// For a log: "unavailable: answered with 503, asked again in 7 s".
    std::string sentence() const;
};

template <class T>
using oidc_result = std::expected<T, oidc_failure>;

}  // namespace headroom::auth
