#include "headroom/tasks/wire/base64.hpp"

#include <algorithm>
#include <array>
#include <cstdint>

namespace headroom::tasks {
namespace {

constexpr std::string_view base64_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t no_digit = 64;

constexpr auto base64_digits = [] {
    std::array<std::uint8_t, 128> digits{};
    digits.fill(no_digit);
    for (std::size_t i = 0; i < base64_alphabet.size(); ++i)
        digits[static_cast<unsigned char>(base64_alphabet[i])] = static_cast<std::uint8_t>(i);
    return digits;
}();

/// Takes digits four by four; the last bits wait until a byte of them is complete.
class base64_collector {
public:
    void digit(unsigned six) {
        bits_ = bits_ << 6 | six;
        if (place_ > 0) octets_ += static_cast<char>(bits_ >> (6 - 2 * place_) & 0xFF);
        place_ = (place_ + 1) % 4;
        pads_ = 0;
    }
    /// True when the padding completes a group of four, which ends the text.
    bool pad() { return place_ >= 2 && place_ + ++pads_ >= 4; }
    bool between_groups() const { return place_ == 0; }
    std::string take() { return std::move(octets_); }

private:
    std::string octets_;
    std::uint32_t bits_ = 0;
    unsigned place_ = 0;  // digits of the group under way
    unsigned pads_ = 0;
};

}  // namespace

std::string to_base64(std::string_view octets) {
    std::string text;
    text.reserve((octets.size() + 2) / 3 * 4);
    for (std::size_t at = 0; at < octets.size(); at += 3) {
        const auto group = octets.substr(at, 3);
        std::uint32_t bits = 0;
        for (std::size_t i = 0; i < 3; ++i)
            bits = bits << 8 | (i < group.size() ? static_cast<unsigned char>(group[i]) : 0u);
        for (std::size_t i = 0; i < 4; ++i)
            text += i <= group.size() ? base64_alphabet[bits >> (18 - 6 * i) & 63] : '=';
    }
    return text;
}

std::optional<std::string> from_base64(std::string_view text) {
    base64_collector collected;
    if (std::ranges::any_of(text, [](char c) { return (c & 0x80) != 0; })) return std::nullopt;
    for (const char each : text) {
        const auto six = base64_digits[static_cast<unsigned char>(each)];
        if (six < no_digit) collected.digit(six);
        else if (each == '=' && collected.pad()) return collected.take();
    }
    if (!collected.between_groups()) return std::nullopt;
    return collected.take();
}

}  // namespace headroom::tasks
