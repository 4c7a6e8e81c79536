#include "headroom/tasks/wire/python_numbers.hpp"

#include <algorithm>
#include <array>
#include <boost/assert.hpp>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>

#include "headroom/tasks/wire/codec_fault.hpp"
#include "headroom/tasks/wire/python_characters.hpp"
#include "headroom/tasks/wire/wtf8.hpp"

namespace headroom::tasks {
namespace {

constexpr int exponent_least = -4, exponent_beyond = 16;  // between them repr() writes no exponent

bool is_ascii_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// Digits and point of a shortest number, e.g. "12345" and 3 for 123.45.
std::string with_point(std::string digits, int exponent) {
    if (exponent < 0)
        return "0." + std::string(static_cast<std::size_t>(-exponent - 1), '0') + digits;
    const auto whole = static_cast<std::size_t>(exponent) + 1;
    if (digits.size() <= whole) return digits + std::string(whole - digits.size(), '0') + ".0";
    return digits.insert(whole, ".");
}

std::string with_exponent(std::string digits, int exponent) {
    if (digits.size() > 1) digits.insert(1, ".");
    const auto size = std::to_string(std::abs(exponent));
    return digits + (exponent < 0 ? "e-" : "e+") + (size.size() < 2 ? "0" : "") + size;
}

/// The power of ten of the first digit that is not 0, as far as it fits a long; 0 for zero itself.
long magnitude_of(std::string_view decimal) {
    const auto mark = std::min(decimal.find_first_of("eE"), decimal.size());
    auto exponent = decimal.substr(std::min(mark + 1, decimal.size()));
    if (exponent.starts_with('+')) exponent.remove_prefix(1);
    long power = 0;
    const auto read = std::from_chars(exponent.data(), exponent.data() + exponent.size(), power);
    if (read.ec == std::errc::result_out_of_range)
        power = exponent.starts_with('-') ? std::numeric_limits<int>::min()
                                          : std::numeric_limits<int>::max();
    const auto mantissa = decimal.substr(0, mark);
    const auto first = mantissa.find_first_of("123456789");
    if (first == mantissa.npos) return 0;
    const auto point = std::min(mantissa.find('.'), mantissa.size());
    const auto places = static_cast<long>(point) - static_cast<long>(first);
    return power + (places > 0 ? places - 1 : places);
}

/// ASCII in place of digits and white space of other scripts; nothing where other letters stand.
std::optional<std::string> in_ascii(std::string_view text) {
    std::string ascii;
    while (!text.empty()) {
        const auto point = take_code_point(text, surrogates::allowed);
        if (!point) return std::nullopt;
        if (const auto digit = python_digit(*point)) ascii += static_cast<char>('0' + *digit);
        else if (is_python_space(*point)) ascii += ' ';
        else if (*point < 0x80) ascii += static_cast<char>(*point);
        else return std::nullopt;
    }
    const auto first = ascii.find_first_not_of(' ');
    if (first == ascii.npos) return std::nullopt;
    return ascii.substr(first, ascii.find_last_not_of(' ') + 1 - first);
}

/// Without underscores, each of which has to stand between two digits.
std::optional<std::string> without_underscores(const std::string& text) {
    std::string plain;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '_') {
            plain += text[i];
        } else if (i == 0 || i + 1 == text.size() || !is_ascii_digit(text[i - 1]) ||
                   !is_ascii_digit(text[i + 1])) {
            return std::nullopt;
        }
    }
    return plain;
}

std::size_t digits_at(std::string_view text) {
    return static_cast<std::size_t>(std::ranges::find_if_not(text, is_ascii_digit) - text.begin());
}

/// digits [ "." digits ] [ e [sign] digits ], with digits on at least one side of the point.
bool is_decimal(std::string_view text) {
    auto digits = digits_at(text);
    text.remove_prefix(digits);
    if (text.starts_with('.')) {
        const auto fraction = digits_at(text.substr(1));
        text.remove_prefix(1 + fraction);
        digits += fraction;
    }
    if (digits == 0) return false;
    if (text.empty()) return true;
    if (text.front() != 'e' && text.front() != 'E') return false;
    text.remove_prefix(1);
    if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
    return !text.empty() && digits_at(text) == text.size();
}

std::optional<double> named_float(std::string text) {
    std::ranges::transform(text, text.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    if (text == "inf" || text == "infinity") return std::numeric_limits<double>::infinity();
    if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
    return std::nullopt;
}

}  // namespace

std::string python_float_text(double number) {
    if (std::isnan(number)) return "nan";
    if (std::isinf(number)) return number < 0 ? "-inf" : "inf";
    std::array<char, 32> room{};
    const auto written = std::to_chars(room.data(), room.data() + room.size(), number,
                                       std::chars_format::scientific);
    std::string_view text(room.data(), written.ptr);
    const std::string sign(text.starts_with('-') ? "-" : "");
    text.remove_prefix(sign.size());
    const auto mark = text.find('e');
    const int exponent = std::atoi(std::string(text.substr(mark + 1)).c_str());
    std::string digits(text.substr(0, mark));
    std::erase(digits, '.');
    if (exponent < exponent_least || exponent >= exponent_beyond)
        return sign + with_exponent(std::move(digits), exponent);
    return sign + with_point(std::move(digits), exponent);
}

double nearest_double(std::string_view decimal) {
    double nearest = 0;
    const auto read = std::from_chars(decimal.data(), decimal.data() + decimal.size(), nearest);
    BOOST_ASSERT(read.ec != std::errc::invalid_argument);
    if (read.ec != std::errc::result_out_of_range) return nearest;
    const double beyond =
        magnitude_of(decimal) > 0 ? std::numeric_limits<double>::infinity() : 0.0;
    return decimal.starts_with('-') ? -beyond : beyond;
}

std::optional<value> python_int(std::string_view text) {
    const auto ascii = in_ascii(text);
    auto plain = ascii ? without_underscores(*ascii) : std::nullopt;
    if (!plain) return std::nullopt;
    const bool negative = plain->starts_with('-');
    if (negative || plain->starts_with('+')) plain->erase(0, 1);
    if (plain->empty() || plain->size() > integer_digits_max) return std::nullopt;
    if (digits_at(*plain) != plain->size()) return std::nullopt;
    plain->erase(0, std::min(plain->find_first_not_of('0'), plain->size() - 1));
    return integer_from((negative && *plain != "0" ? "-" : "") + *plain);
}

std::optional<double> python_float(std::string_view text) {
    const auto ascii = in_ascii(text);
    auto plain = ascii ? without_underscores(*ascii) : std::nullopt;
    if (!plain) return std::nullopt;
    const bool negative = plain->starts_with('-');
    if (negative || plain->starts_with('+')) plain->erase(0, 1);
    auto size = named_float(*plain);
    if (!size && is_decimal(*plain)) size = nearest_double(*plain);
    if (size && negative) size = -*size;
    return size;
}

std::optional<value> python_int(double number) {
    if (!std::isfinite(number)) return std::nullopt;
    const double whole = std::trunc(number);
    if (whole == 0) return value(0);
    std::array<char, 320> room{};
    const auto written = std::to_chars(room.data(), room.data() + room.size(), whole,
                                       std::chars_format::fixed, 0);
    return integer_from(std::string_view(room.data(), written.ptr));
}

std::optional<double> python_float(const big_integer& number) {
    const double nearest = nearest_double(number.digits());
    if (std::isinf(nearest)) return std::nullopt;
    return nearest;
}

std::string_view python_strip(std::string_view text) {
    while (!text.empty()) {
        auto rest = text;
        const auto point = take_code_point(rest, surrogates::allowed);
        if (!point || !is_python_space(*point)) break;
        text = rest;
    }
    std::size_t length = 0;
    for (auto rest = text; !rest.empty();) {
        const auto point = take_code_point(rest, surrogates::allowed);
        if (!point) return text;
        if (!is_python_space(*point)) length = text.size() - rest.size();
    }
    return text.substr(0, length);
}

}  // namespace headroom::tasks
