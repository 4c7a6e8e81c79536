#include "headroom/auth/oidc/form.hpp"

namespace headroom::auth {
namespace {

constexpr std::string_view upper_hex = "0123456789ABCDEF";

bool is_unreserved(char each) {
    return (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
           (each >= '0' && each <= '9') || each == '-' || each == '.' || each == '_' ||
           each == '~';
}

}  // namespace

std::string form_encoded(std::string_view text) {
    std::string made;
    made.reserve(text.size());
    for (const char each : text) {
        const auto octet = static_cast<unsigned char>(each);
        if (is_unreserved(each)) made += each;
        else if (each == ' ') made += '+';
        else (made += '%') += {upper_hex[octet >> 4], upper_hex[octet & 0xf]};
    }
    return made;
}

form& form::add(std::string_view name, std::string_view value) {
    if (!text_.empty()) text_ += '&';
    text_ += form_encoded(name);
    text_ += '=';
    text_ += form_encoded(value);
    return *this;
}

}  // namespace headroom::auth
