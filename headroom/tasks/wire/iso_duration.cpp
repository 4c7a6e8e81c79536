#include "headroom/tasks/wire/iso_duration.hpp"

#include <algorithm>
#include <boost/assert.hpp>
#include <charconv>
#include <cmath>
#include <fmt/format.h>

namespace headroom::tasks {
namespace {

using std::chrono::microseconds;
using namespace std::chrono_literals;

constexpr auto day = std::chrono::duration_cast<microseconds>(24h);
constexpr auto year = 365 * day, month = 30 * day, week = 7 * day;

constexpr std::string_view decimal_digits = "0123456789";

/// A number at the front of `text`, which is taken off; a fraction follows a point or a comma.
std::optional<double> take_number(std::string_view& text, bool fraction) {
    const auto letters = fraction ? "0123456789.," : decimal_digits;
    std::string digits(text.substr(0, text.find_first_not_of(letters)));
    text.remove_prefix(digits.size());
    std::ranges::replace(digits, ',', '.');
    double number = 0;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), number,
                                      std::chars_format::fixed);
    if (read.ec != std::errc() || read.ptr != digits.data() + digits.size() ||
        digits.front() == '.' || number >= 1e15)
        return std::nullopt;
    return number;
}

std::optional<microseconds> scaled(double number, microseconds unit) {
    const double product = std::round(number * static_cast<double>(unit.count()));
    if (product > static_cast<double>(microseconds(duration_max).count())) return std::nullopt;
    return microseconds(static_cast<std::int64_t>(product));
}

std::optional<microseconds> unit_of(char letter, bool clock) {
    switch (letter) {
        case 'Y': return clock ? std::nullopt : std::optional(microseconds(year));
        case 'M': return clock ? microseconds(1min) : microseconds(month);
        case 'W': return clock ? std::nullopt : std::optional(microseconds(week));
        case 'D': return clock ? std::nullopt : std::optional(microseconds(day));
        case 'H': return clock ? std::optional(microseconds(1h)) : std::nullopt;
        case 'S': return clock ? std::optional(microseconds(1s)) : std::nullopt;
        default: return std::nullopt;
    }
}

bool add_within_bounds(microseconds& sum, std::optional<microseconds> part) {
    if (!part) return false;
    sum += *part;  // both at most duration_max, which is less than half of what fits
    return sum <= duration_max;
}

/// After the "P".
std::optional<microseconds> parse_designated(std::string_view text) {
    microseconds sum{0};
    bool clock = false, any = false;
    while (!text.empty()) {
        if (!clock && text.front() == 'T') {
            clock = true;
            text.remove_prefix(1);
            continue;
        }
        const auto number = take_number(text, true);
        const auto unit = number && !text.empty() ? unit_of(text.front(), clock) : std::nullopt;
        if (!unit || !add_within_bounds(sum, scaled(*number, *unit))) return std::nullopt;
        text.remove_prefix(1);
        any = true;
    }
    return any ? std::optional(sum) : std::nullopt;
}

/// "SS", or more digits after a point; those beyond microseconds are cut off.
std::optional<microseconds> parse_seconds(std::string_view text) {
    constexpr std::size_t second_digits = 2, micro_digits = 6;
    const auto point = std::min(text.find_first_not_of(decimal_digits), text.size());
    if (point != second_digits || text.size() == point + 1) return std::nullopt;
    if (text.find_first_not_of(decimal_digits, point + 1) != text.npos) return std::nullopt;
    auto kept = text.substr(0, point + 1 + micro_digits);
    const auto number = take_number(kept, true);
    if (!number || *number >= 60 || !kept.empty()) return std::nullopt;
    return scaled(*number, microseconds(1s));
}

/// "H:MM:SS" with a fraction or without.
std::optional<microseconds> parse_clock(std::string_view text) {
    const auto hours = take_number(text, false);
    if (!hours || text.size() < 4 || text[0] != ':' || text[3] != ':') return std::nullopt;
    auto digits = text.substr(1, 2);
    const auto minutes = take_number(digits, false);
    if (!minutes || *minutes >= 60 || !digits.empty()) return std::nullopt;
    auto sum = scaled(*hours, microseconds(1h));
    if (!sum || !add_within_bounds(*sum, scaled(*minutes, microseconds(1min)))) return std::nullopt;
    if (!add_within_bounds(*sum, parse_seconds(text.substr(4)))) return std::nullopt;
    return sum;
}

/// "2 days", "1 day, 02:00:00", "1d".
std::optional<microseconds> parse_days(std::string_view text) {
    const auto number = take_number(text, false);
    if (!number) return std::nullopt;
    const auto take = [&](std::string_view word) {
        const bool found = text.starts_with(word);
        if (found) text.remove_prefix(word.size());
        return found;
    };
    take(" ");
    if (!take("days") && !take("day") && !take("d")) return std::nullopt;
    auto sum = scaled(*number, microseconds(day));
    if (!sum || text.empty()) return sum;
    const bool comma = take(","), space = take(" ");
    const auto clock = comma || space ? parse_clock(text) : std::nullopt;
    if (!clock || !add_within_bounds(*sum, clock)) return std::nullopt;
    return sum;
}

}  // namespace

std::string iso_duration(microseconds span) {
    BOOST_ASSERT(span <= duration_max && span >= -duration_max);
    std::string text = span < 0us ? "-P" : "P";
    auto rest = std::chrono::abs(span);
    const auto put = [&](microseconds unit, char letter) {
        if (const auto count = rest / unit; count > 0) text += fmt::format("{}{}", count, letter);
        rest %= unit;
    };
    put(year, 'Y');
    put(day, 'D');
    if (rest == 0us) return text.back() == 'P' ? text + "T0S" : text;
    text += 'T';
    put(1h, 'H');
    put(1min, 'M');
    const auto micros = (rest % 1s).count();
    if (rest > 0us) text += std::to_string(rest / microseconds(1s));
    if (micros > 0) {
        text += fmt::format(".{:06}", micros);
        text.erase(text.find_last_not_of('0') + 1);
    }
    return rest > 0us ? text + 'S' : text;
}

std::optional<microseconds> parse_duration(std::string_view text) {
    if (text.empty() || text.size() > duration_bytes_max) return std::nullopt;
    const bool negative = text.front() == '-';
    if (negative || text.front() == '+') text.remove_prefix(1);
    auto span = text.starts_with('P') ? parse_designated(text.substr(1)) : parse_clock(text);
    if (!span && !text.starts_with('P')) span = parse_days(text);
    if (span && negative) span = -*span;
    return span;
}

}  // namespace headroom::tasks
