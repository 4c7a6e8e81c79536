#include "service/short_text.hpp"

#include <algorithm>

#include "headroom/observability/utf8.hpp"

namespace headroom::service {
namespace {

bool is_control(char each) { return static_cast<unsigned char>(each) < 0x20 || each == 0x7f; }

std::size_t characters_in(std::string_view utf8) {
    return static_cast<std::size_t>(std::ranges::count_if(
        utf8, [](char each) { return (static_cast<unsigned char>(each) & 0xc0) != 0x80; }));
}

}  // namespace

outcome<std::string> short_text(std::string field, std::string_view text) {
    const auto first = text.find_first_not_of(" \t\r\n");
    if (first == text.npos) return invalid(std::move(field), "must not be empty");
    text = text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
    if (observability::clean_utf8(text, 3 * text.size()) != text)
        return invalid(std::move(field), "is not UTF-8");
    if (characters_in(text) > short_text_max)
        return invalid(std::move(field), "is longer than 255 characters");
    if (std::ranges::any_of(text, is_control))
        return invalid(std::move(field), "holds control characters");
    return std::string(text);
}

}  // namespace headroom::service
