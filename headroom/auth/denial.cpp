#include "headroom/auth/denial.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace headroom::auth {
namespace {

constexpr std::string_view realm = "API";
constexpr std::string_view api_key_challenge = "APIKey";

/// "TOKEN_EXPIRED" is "/errors/token-expired".
std::string type_of(std::string_view code) {
    std::string made = "/errors/";
    for (const char each : code) {
        const bool capital = each >= 'A' && each <= 'Z';
        made += each == '_' ? '-' : static_cast<char>(capital ? each - 'A' + 'a' : each);
    }
    return made;
}

}  // namespace

std::string_view error_code(token_fault of) noexcept {
    using enum token_fault;
    switch (of) {
        case no_credentials: return "MISSING_TOKEN";
        case many_credentials:
        case malformed_credentials:
        case too_large:
        case not_three_parts:
        case not_base64url:
        case not_json:
        case bad_header: return "INVALID_FORMAT";
        case expired: return "TOKEN_EXPIRED";
        case bad_signature: return "INVALID_SIGNATURE";
        case critical_extension:
        case algorithm_refused:
        case unknown_key:
        case unfit_key: return "INVALID_TOKEN";
        case no_keys: return "SERVICE_UNAVAILABLE";
        case insufficient_scope: return "INSUFFICIENT_SCOPE";
        default: return "INVALID_CLAIMS";
    }
}

denial denial_of(token_fault why, std::string_view scope) {
    const auto status = status_of(why);
    return {status, std::string(error_code(why)), std::string(sentence(why)),
            status == 503 ? "" : challenge(realm, why, scope), to_string(why)};
}

denial denial_of(api_key_fault why) {
    const auto status = status_of(why);
    return {status, std::string(error_code(why)), std::string(sentence(why)),
            status == 401 ? std::string(api_key_challenge) : "", to_string(why)};
}

denial insufficient_key_scope(std::string_view scope) {
    return {403, std::string(error_code(token_fault::insufficient_scope)),
            "The API key was not issued for this.",
            fmt::format(R"({} realm="{}", error="{}", scope="{}")", api_key_challenge, realm,
                        bearer_error(token_fault::insufficient_scope), scope),
            to_string(token_fault::insufficient_scope)};
}

denial forbidden(std::string detail, std::string_view reason) {
    return {403, "FORBIDDEN", std::move(detail), {}, reason};
}

http::response to_response(const denial& of) {
    http::problem why{of.status, of.detail, type_of(of.error_code)};
    why.with("error_code", of.error_code);
    http::response made(std::move(why));
    made.with("Cache-Control", "no-store");
    if (!of.challenge.empty()) made.with("WWW-Authenticate", of.challenge);
    if (of.status == 503) made.with("Retry-After", "1");
    if (of.status == 429) made.with("Retry-After", "60");
    return made;
}

}  // namespace headroom::auth
