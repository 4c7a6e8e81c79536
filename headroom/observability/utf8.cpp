#include "headroom/observability/utf8.hpp"

#include <fmt/format.h>

#include <iterator>

namespace headroom::observability {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view ellipsis = "...";

unsigned byte_at(std::string_view text, std::size_t at) {
    return at < text.size() ? static_cast<unsigned char>(text[at]) : 0U;
}

bool within(unsigned byte, unsigned least, unsigned most) { return byte >= least && byte <= most; }

// Bytes of the well-formed character at the beginning of `text`, 0 when there is none.
std::size_t character_size(std::string_view text) {
    const auto first = byte_at(text, 0), second = byte_at(text, 1);
    if (first < 0x80) return 1;
    if (within(first, 0xC2, 0xDF)) return within(second, 0x80, 0xBF) ? 2 : 0;
    const bool third = within(byte_at(text, 2), 0x80, 0xBF);
    if (within(first, 0xE0, 0xEF)) {
        const bool fits = within(second, first == 0xE0 ? 0xA0 : 0x80, first == 0xED ? 0x9F : 0xBF);
        return fits && third ? 3 : 0;
    }
    if (!within(first, 0xF0, 0xF4)) return 0;
    const bool fits = within(second, first == 0xF0 ? 0x90 : 0x80, first == 0xF4 ? 0x8F : 0xBF);
    return fits && third && within(byte_at(text, 3), 0x80, 0xBF) ? 4 : 0;
}

}  // namespace

std::string clean_utf8(std::string_view text, std::size_t bytes_max) {
    std::string clean;
    clean.reserve(std::min(text.size(), bytes_max) + ellipsis.size());
    while (!text.empty()) {
        const auto size = character_size(text);
        const auto character = size == 0 ? replacement : text.substr(0, size);
        if (clean.size() + character.size() > bytes_max) return clean.append(ellipsis);
        clean.append(character);
        text.remove_prefix(size == 0 ? 1 : size);
    }
    return clean;
}

void append_json(std::string& to, std::string_view text) {
    to += '"';
    for (const char each : text) {
        switch (each) {
            case '"':
                to += "\\\"";
                break;
            case '\\':
                to += "\\\\";
                break;
            case '\n':
                to += "\\n";
                break;
            case '\r':
                to += "\\r";
                break;
            case '\t':
                to += "\\t";
                break;
            default:
                if (static_cast<unsigned char>(each) < ' ' || each == '\x7f')
                    fmt::format_to(std::back_inserter(to), "\\u{:04x}",
                                   static_cast<unsigned>(each));
                else
                    to += each;
        }
    }
    to += '"';
}

}  // namespace headroom::observability
