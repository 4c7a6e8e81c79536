#include "headroom/auth/bearer.hpp"

#include <algorithm>

namespace headroom::auth {
namespace {

constexpr std::string_view bearer_scheme = "bearer";

constexpr char lower(char each) {
    return each >= 'A' && each <= 'Z' ? static_cast<char>(each - 'A' + 'a') : each;
}

bool is_bearer(std::string_view scheme) {
    return std::ranges::equal(scheme, bearer_scheme, {}, lower);
}

bool in_token68(char each) {
    const char letter = lower(each);
    return (letter >= 'a' && letter <= 'z') || (each >= '0' && each <= '9') ||
           std::string_view("-._~+/").contains(each);
}

bool is_token68(std::string_view text) {
    text = text.substr(0, text.find_last_not_of('=') + 1);
    return !text.empty() && std::ranges::all_of(text, in_token68);
}

}  // namespace

std::expected<std::string_view, token_fault> bearer_token(
    std::span<const std::string_view> authorizations) {
    if (authorizations.empty()) return std::unexpected(token_fault::no_credentials);
    if (authorizations.size() > 1) return std::unexpected(token_fault::many_credentials);
    const auto field = authorizations.front();
    const auto space = std::min(field.find(' '), field.size());
    if (!is_bearer(field.substr(0, space))) return std::unexpected(token_fault::no_credentials);
    auto token = field.substr(space);
    token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
    if (!is_token68(token)) return std::unexpected(token_fault::malformed_credentials);
    return token;
}

}  // namespace headroom::auth
