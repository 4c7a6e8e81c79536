#include "headroom/tasks/wire/wtf8.hpp"

#include <boost/assert.hpp>

namespace headroom::tasks {
namespace {

constexpr std::size_t surrogate_bytes = 3;

unsigned octet(std::string_view text, std::size_t at) {
    return static_cast<unsigned char>(text[at]);
}

/// Length of the sequence this byte begins and the bits it brings; 0 where it begins none.
std::pair<std::size_t, char32_t> lead_of(unsigned lead) {
    if (lead < 0x80) return {1, lead};
    if (lead >= 0xC2 && lead <= 0xDF) return {2, lead & 0x1F};
    if (lead >= 0xE0 && lead <= 0xEF) return {3, lead & 0x0F};
    if (lead >= 0xF0 && lead <= 0xF4) return {4, lead & 0x07};
    return {0, 0};
}

/// Whether a sequence of this length may stand for the point: the shortest form, within Unicode.
bool is_well_formed(std::size_t length, char32_t point, surrogates lone) {
    if (length == 3 && point < 0x800) return false;
    if (length == 4 && (point < 0x10000 || point > 0x10FFFF)) return false;
    const bool half = is_high_surrogate(point) || is_low_surrogate(point);
    return !half || lone == surrogates::allowed;
}

/// The high surrogate `text` ends in, if it does.
std::optional<char32_t> last_high_surrogate(std::string_view text) {
    if (text.size() < surrogate_bytes) return std::nullopt;
    auto end = text.substr(text.size() - surrogate_bytes);
    const auto point = take_code_point(end, surrogates::allowed);
    if (point && end.empty() && is_high_surrogate(*point)) return point;
    return std::nullopt;
}

void append_octets(std::string& text, char32_t point) {
    const auto add = [&](char32_t bits) { text.push_back(static_cast<char>(bits)); };
    if (point < 0x80) return add(point);
    if (point < 0x800) {
        add(0xC0 | point >> 6);
    } else if (point < 0x10000) {
        add(0xE0 | point >> 12);
        add(0x80 | (point >> 6 & 0x3F));
    } else {
        add(0xF0 | point >> 18);
        add(0x80 | (point >> 12 & 0x3F));
        add(0x80 | (point >> 6 & 0x3F));
    }
    add(0x80 | (point & 0x3F));
}

}  // namespace

std::optional<char32_t> take_code_point(std::string_view& text, surrogates lone) {
    if (text.empty()) return std::nullopt;
    auto [length, point] = lead_of(octet(text, 0));
    if (length == 0 || text.size() < length) return std::nullopt;
    for (std::size_t at = 1; at < length; ++at) {
        if ((octet(text, at) & 0xC0) != 0x80) return std::nullopt;
        point = point << 6 | (octet(text, at) & 0x3F);
    }
    if (!is_well_formed(length, point, lone)) return std::nullopt;
    text.remove_prefix(length);
    return point;
}

bool is_text(std::string_view text, surrogates lone) noexcept {
    while (!text.empty())
        if (octet(text, 0) < 0x80) text.remove_prefix(1);
        else if (!take_code_point(text, lone)) return false;
    return true;
}

void append_code_point(std::string& text, char32_t point) {
    BOOST_ASSERT(point <= 0x10FFFF);
    if (is_low_surrogate(point)) {
        if (const auto high = last_high_surrogate(text)) {
            text.resize(text.size() - surrogate_bytes);
            point = 0x10000 + ((*high - 0xD800) << 10) + (point - 0xDC00);
        }
    }
    append_octets(text, point);
}

std::string joined_surrogates(std::string_view text) {
    std::string joined;
    joined.reserve(text.size());
    while (!text.empty()) {
        const auto point = take_code_point(text, surrogates::allowed);
        BOOST_ASSERT_MSG(point.has_value(), "joined_surrogates() takes texts only");
        append_code_point(joined, *point);
    }
    return joined;
}

}  // namespace headroom::tasks
