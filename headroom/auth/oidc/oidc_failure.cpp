#include "headroom/auth/oidc/oidc_failure.hpp"

#include <fmt/format.h>

namespace headroom::auth {

std::string_view to_string(oidc_fault of) noexcept {
    using enum oidc_fault;
    switch (of) {
        case grant_refused: return "grant_refused";
        case lost: return "lost";
        case misconfigured: return "misconfigured";
        case not_offered: return "not_offered";
        case unavailable: return "unavailable";
        case malformed: return "malformed";
    }
    return "unknown";
}

std::string oidc_failure::sentence() const {
    std::string made(to_string(why));
    if (!detail.empty()) made += ": " + detail;
    if (status != 0) made += fmt::format(", answered with {}", status);
    if (retry_after) made += fmt::format(", to be asked again in {} s", retry_after->count());
    return made;
}

}  // namespace headroom::auth
