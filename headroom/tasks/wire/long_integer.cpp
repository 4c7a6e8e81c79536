#include "headroom/tasks/wire/long_integer.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "headroom/tasks/wire/codec_fault.hpp"

namespace headroom::tasks {
namespace {

constexpr std::uint64_t billion = 1'000'000'000;
constexpr std::size_t billion_digits = 9;

// A magnitude is a list of 32-bit limbs, the least significant first, without leading zeros.
using limbs = std::vector<std::uint32_t>;

void drop_leading_zeros(limbs& number) {
    while (!number.empty() && number.back() == 0) number.pop_back();
}

/// Divides by 10^9 and returns the remainder.
std::uint64_t divide_by_billion(limbs& number) {
    std::uint64_t rest = 0;
    for (std::size_t i = number.size(); i-- > 0;) {
        const auto whole = rest << 32 | number[i];
        number[i] = static_cast<std::uint32_t>(whole / billion);
        rest = whole % billion;
    }
    drop_leading_zeros(number);
    return rest;
}

void multiply_and_add(limbs& number, std::uint64_t factor, std::uint64_t add) {
    for (auto& limb : number) {
        add += limb * factor;
        limb = static_cast<std::uint32_t>(add);
        add >>= 32;
    }
    if (add > 0) number.push_back(static_cast<std::uint32_t>(add));
}

std::string decimal_of(limbs number) {
    if (number.empty()) return "0";
    std::vector<std::uint64_t> parts;
    while (!number.empty()) parts.push_back(divide_by_billion(number));
    std::string digits = std::to_string(parts.back());
    for (std::size_t i = parts.size() - 1; i-- > 0;) digits += fmt::format("{:09}", parts[i]);
    return digits;
}

limbs limbs_of(std::string_view digits) {
    limbs number;
    while (!digits.empty()) {
        const auto length = digits.size() % billion_digits == 0 ? billion_digits
                                                                : digits.size() % billion_digits;
        multiply_and_add(number, billion, std::stoull(std::string(digits.substr(0, length))));
        digits.remove_prefix(length);
    }
    return number;
}

/// Of two's complement, bytes least significant first.
void negate(std::string& octets) {
    bool carry = true;
    for (auto& each : octets) {
        const auto flipped = static_cast<unsigned char>(~each);
        each = static_cast<char>(flipped + (carry ? 1 : 0));
        carry = carry && flipped == 0xFF;
    }
}

bool is_negative(std::string_view octets) { return !octets.empty() && (octets.back() & 0x80) != 0; }

}  // namespace

std::optional<value> integer_from_long(std::string_view octets) {
    if (octets.size() > long_bytes_max) return std::nullopt;
    const bool negative = is_negative(octets);
    std::string magnitude(octets);
    if (negative) negate(magnitude);
    limbs number((magnitude.size() + 3) / 4, 0);
    for (std::size_t i = 0; i < magnitude.size(); ++i)
        number[i / 4] |= std::uint32_t{static_cast<unsigned char>(magnitude[i])} << (i % 4 * 8);
    drop_leading_zeros(number);
    return integer_from((negative ? "-" : "") + decimal_of(std::move(number)));
}

std::string long_of(std::string_view digits) {
    const bool negative = digits.starts_with('-');
    std::string octets;
    for (const auto limb : limbs_of(digits.substr(negative ? 1 : 0)))
        for (unsigned shift = 0; shift < 32; shift += 8)
            octets += static_cast<char>(limb >> shift & 0xFF);
    octets += '\0';
    if (negative) negate(octets);
    const auto is_sign_alone = [&] {
        if (octets.size() < 2) return octets == std::string(1, '\0');
        const auto last = static_cast<unsigned char>(octets.back());
        const bool below = (octets[octets.size() - 2] & 0x80) != 0;
        return below ? last == 0xFF : last == 0;
    };
    while (is_sign_alone()) octets.pop_back();
    return octets;
}

}  // namespace headroom::tasks
