#include "headroom/runtime/quantity.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

#include "headroom/runtime/trimmed.hpp"

namespace headroom {
namespace {

struct unit {
    std::string_view name;
    std::uint64_t factor;
};

// Largest first: to_string takes the first that divides.
constexpr std::array<unit, 6> durations{
    {{"d", 86'400'000}, {"h", 3'600'000}, {"min", 60'000}, {"m", 60'000}, {"s", 1000}, {"ms", 1}}};
constexpr std::array<unit, 7> sizes{{{"GiB", 1ULL << 30},
                                     {"MiB", 1 << 20},
                                     {"KiB", 1 << 10},
                                     {"GB", 1'000'000'000},
                                     {"MB", 1'000'000},
                                     {"kB", 1000},
                                     {"B", 1}}};
constexpr std::array<std::string_view, 4> yes{"true", "1", "yes", "on"};
constexpr std::array<std::string_view, 4> no{"false", "0", "no", "off"};

// "5 min" as 5 times 60,000; `bare` is the factor of a number that stands alone.
std::optional<std::uint64_t> parse_with_unit(std::string_view text, std::span<const unit> units,
                                             std::uint64_t bare) noexcept {
    text = trimmed(text);
    const auto digits = std::min(text.find_first_not_of("0123456789"), text.size());
    const auto amount = parse_number(text.substr(0, digits));
    const auto name = trimmed(text.substr(digits));
    const auto named = std::ranges::find(units, name, &unit::name);
    if (!amount || (!name.empty() && named == units.end())) return {};
    const auto factor = name.empty() ? bare : named->factor;
    if (*amount > INT64_MAX / factor) return {};
    return *amount * factor;
}

// "2.5" as 2500 of a unit that has thousandths; at most three digits after the point.
std::optional<std::uint64_t> parse_thousandths(std::string_view text) noexcept {
    text = trimmed(text);
    const auto point = text.find('.');
    if (point == std::string_view::npos) return {};
    const auto whole = text.substr(0, point), rest = text.substr(point + 1);
    if (whole.empty() || whole.size() > 12 || rest.empty() || rest.size() > 3) return {};
    const auto digits = [](std::string_view of) {
        return of.find_first_not_of("0123456789") == std::string_view::npos;
    };
    if (!digits(whole) || !digits(rest)) return {};
    constexpr std::array<std::uint64_t, 4> scale{1000, 100, 10, 1};
    return *parse_number(whole) * 1000 + *parse_number(rest) * scale[rest.size()];
}

std::string lower_case(std::string_view text) {
    std::string lower(text);
    std::ranges::transform(lower, lower.begin(), [](char c) {
        return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    return lower;
}

}  // namespace

std::optional<std::uint64_t> parse_number(std::string_view text) noexcept {
    text = trimmed(text);
    std::uint64_t value = 0;
    const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (failed != std::errc() || end != text.data() + text.size()) return {};
    return value;
}

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text,
                                                        std::chrono::milliseconds bare) noexcept {
    const bool seconds = bare == std::chrono::seconds(1);
    auto ms = parse_with_unit(text, durations, static_cast<std::uint64_t>(bare.count()));
    if (!ms && seconds) ms = parse_thousandths(text);
    if (!ms) return {};
    return std::chrono::milliseconds(*ms);
}

std::optional<std::uint64_t> parse_size(std::string_view text) noexcept {
    return parse_with_unit(text, sizes, 1);
}

std::optional<bool> parse_flag(std::string_view text) noexcept {
    text = trimmed(text);
    if (text.size() > 5) return {};
    const auto word = lower_case(text);
    if (std::ranges::find(yes, word) != yes.end()) return true;
    if (std::ranges::find(no, word) != no.end()) return false;
    return {};
}

std::string to_string(std::chrono::milliseconds duration) {
    const auto ms = static_cast<std::uint64_t>(duration.count());
    if (ms == 0) return "0 s";
    for (const auto& [name, factor] : durations)
        if (ms % factor == 0 && name != "d") return fmt::format("{} {}", ms / factor, name);
    return fmt::format("{} ms", ms);
}

std::string size_to_string(std::uint64_t bytes) {
    for (const auto& [name, factor] : std::span(sizes).first(3))
        if (bytes > 0 && bytes % factor == 0) return fmt::format("{} {}", bytes / factor, name);
    return fmt::format("{} bytes", bytes);
}

}  // namespace headroom
