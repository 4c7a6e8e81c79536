#include "headroom/observability/detail/encodings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "headroom/observability/utf8.hpp"

namespace headroom::observability::detail {
namespace {

constexpr std::string_view standard =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_safe =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

bool is_unreserved(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("-._~").contains(c);
}

std::string percent_encoded(std::string_view text, bool upper) {
    std::string out;
    for (const char each : text) {
        const unsigned byte = static_cast<unsigned char>(each);
        if (is_unreserved(each))
            out += each;
        else if (upper)
            fmt::format_to(std::back_inserter(out), "%{:02X}", byte);
        else
            fmt::format_to(std::back_inserter(out), "%{:02x}", byte);
    }
    return out;
}

// The base64 digits that `text` alone decides when `before` bytes of something else precede it.
std::string base64_core(std::string_view text, std::size_t before, std::string_view alphabet) {
    const auto bit = [&](std::size_t at) {
        const auto byte = static_cast<unsigned char>(text[at / 8]);
        return static_cast<std::size_t>((byte >> (7 - at % 8)) & 1U);
    };
    std::string out;
    const auto first_whole_digit = (6 - before * 8 % 6) % 6;
    for (auto at = first_whole_digit; at + 6 <= text.size() * 8; at += 6) {
        std::size_t digit = 0;
        for (std::size_t i = 0; i < 6; ++i) digit = digit * 2 + bit(at + i);
        out += alphabet[digit];
    }
    return out;
}

std::string json_escaped(std::string_view text) {
    std::string quoted;
    append_json(quoted, text);
    return quoted.substr(1, quoted.size() - 2);
}

}  // namespace

std::vector<std::string> encoded_forms(std::string_view text) {
    std::vector<std::string> forms{std::string(text), percent_encoded(text, true),
                                   percent_encoded(text, false), json_escaped(text)};
    for (std::size_t before = 0; before < 3; ++before)
        for (const auto alphabet : {standard, url_safe})
            forms.push_back(base64_core(text, before, alphabet));
    std::ranges::sort(forms);
    forms.erase(std::ranges::unique(forms).begin(), forms.end());
    return forms;
}

}  // namespace headroom::observability::detail
