#include "headroom/runtime/secret.hpp"

#include <string.h>

#include <algorithm>
#include <array>
#include <ostream>

namespace headroom {
namespace {

constexpr std::array<std::string_view, 5> telling{"pass", "secret", "token", "key", "credential"};

bool names_a_secret(std::string_view parameter) {
    std::string lower(parameter);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return std::ranges::any_of(telling, [&](auto word) { return lower.contains(word); });
}

// The @ that ends the user info: the last one before the query, or, where a password holds a raw
// question mark, the last one at all. Better to mask too much than to show a part of it.
std::size_t end_of_userinfo(std::string_view text, std::size_t authority) {
    const auto url =
        text.substr(authority, text.find_first_of(" \t\r\n\"'<>", authority) - authority);
    auto at = url.substr(0, url.find_first_of("?#")).rfind('@');
    if (at == std::string_view::npos) at = url.rfind('@');
    return at == std::string_view::npos ? at : authority + at;
}

void mask_userinfo(std::string& text, std::size_t authority) {
    const auto at = end_of_userinfo(text, authority);
    if (at == std::string::npos) return;
    const auto colon = text.find(':', authority);
    const bool has_password = colon < at;
    const bool shows_its_user =
        has_password || std::string_view(text).substr(0, authority).ends_with("postgres://") ||
        std::string_view(text).substr(0, authority).ends_with("postgresql://");
    const auto from = has_password ? colon + 1 : shows_its_user ? at : authority;
    if (from < at) text.replace(from, at - from, mask);
}

void mask_parameters(std::string& text) {
    auto from = text.find('?');
    while (from != std::string::npos) {
        const auto next = text.find_first_of("&# ", from + 1);
        const auto equals = text.find('=', from);
        if (equals < std::min(next, text.size()) &&
            names_a_secret(std::string_view(text).substr(from + 1, equals - from - 1)))
            text.replace(equals + 1, std::min(next, text.size()) - equals - 1, mask);
        from = text.find('&', from + 1);
    }
}

}  // namespace

void wipe(std::string& text) noexcept {
    ::explicit_bzero(text.data(), text.capacity());
    text.clear();
}

bool operator==(const secret& a, const secret& b) noexcept {
    if (a.text_.size() != b.text_.size()) return false;
    unsigned difference = 0;
    for (std::size_t i = 0; i < a.text_.size(); ++i)
        difference |=
            static_cast<unsigned char>(a.text_[i]) ^ static_cast<unsigned char>(b.text_[i]);
    return difference == 0;
}

std::ostream& operator<<(std::ostream& to, const secret&) { return to << mask; }

std::string mask_url(std::string_view text) {
    std::string shown(text);
    for (auto at = shown.find("://"); at != std::string::npos; at = shown.find("://", at + 3))
        mask_userinfo(shown, at + 3);
    mask_parameters(shown);
    return shown;
}

}  // namespace headroom
