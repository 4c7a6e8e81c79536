#include "headroom/auth/base64url.hpp"

#include <array>
#include <cstdint>

namespace headroom::auth {
namespace {

constexpr std::uint8_t outside = 0xff;  // of the alphabet

constexpr auto base64url_values = [] {
    std::array<std::uint8_t, 256> values{};
    values.fill(outside);
    for (std::size_t i = 0; i < base64url_alphabet.size(); ++i)
        values[static_cast<unsigned char>(base64url_alphabet[i])] = static_cast<std::uint8_t>(i);
    return values;
}();

}  // namespace

std::string to_base64url(std::string_view octets) {
    std::string text;
    text.reserve((octets.size() * 4 + 2) / 3);
    unsigned bits = 0, held = 0;
    for (const char each : octets) {
        bits = bits << 8 | static_cast<unsigned char>(each);
        for (held += 8; held >= 6; held -= 6)
            text += base64url_alphabet[bits >> (held - 6) & 0x3f];
    }
    if (held > 0) text += base64url_alphabet[bits << (6 - held) & 0x3f];
    return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
    if (text.size() % 4 == 1) return std::nullopt;
    std::string octets(text.size() * 3 / 4, '\0');
    auto to = octets.begin();
    unsigned bits = 0, held = 0;
    for (const char each : text) {
        const unsigned value = base64url_values[static_cast<unsigned char>(each)];
        if (value == outside) return std::nullopt;
        bits = bits << 6 | value;
        held += 6;
        if (held < 8) continue;
        held -= 8;
        *to++ = static_cast<char>(bits >> held & 0xff);
    }
    if ((bits & ((1U << held) - 1)) != 0) return std::nullopt;
    return octets;
}

}  // namespace headroom::auth
