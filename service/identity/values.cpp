#include "service/identity/values.hpp"

#include <algorithm>

namespace headroom::service::identity {
namespace {

constexpr std::size_t length_max = 255;
constexpr std::size_t type_min = 2, type_max = 63;

bool is_printable(char each) { return each > 0x20 && each < 0x7f; }
bool is_plain(char each) { return (each >= 'a' && each <= 'z') || (each >= '0' && each <= '9'); }

}  // namespace

outcome<std::string> check_subject(std::string_view text) {
    const auto fits = [](char each) { return each == ' ' || is_printable(each); };
    if (text.empty() || text.size() > length_max || !std::ranges::all_of(text, fits))
        return invalid("subject", "must be 1 to 255 printable characters");
    return std::string(text);
}

outcome<std::string> check_issuer(std::string_view text) {
    if (text.empty() || text.size() > length_max || !std::ranges::all_of(text, is_printable))
        return invalid("issuer", "must be 1 to 255 printable characters without blanks");
    return std::string(text);
}

outcome<std::string> check_email(std::string_view text) {
    const auto at = text.find('@');
    const auto dot = text.rfind('.');
    const bool shaped = at != text.npos && at > 0 && text.find('@', at + 1) == text.npos &&
                        dot != text.npos && dot > at + 1 && dot + 1 < text.size();
    if (!shaped || text.size() > length_max || !std::ranges::all_of(text, is_printable))
        return invalid("email", "must look like x@y.z, at most 255 characters");
    return std::string(text);
}

outcome<std::string> check_agent_type(std::string_view text) {
    const bool fits = text.size() >= type_min && text.size() <= type_max &&
                      is_plain(text.front()) && is_plain(text.back()) &&
                      std::ranges::all_of(text, [](char each) {
                          return is_plain(each) || each == '_' || each == '-';
                      });
    if (!fits)
        return invalid("agent_type",
                       "must be 2 to 63 characters of a-z, 0-9, _ and -, ending in a-z or 0-9");
    return std::string(text);
}

}  // namespace headroom::service::identity
