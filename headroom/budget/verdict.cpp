#include "headroom/budget/verdict.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace headroom::budget {
namespace {

/// No server offers more; it keeps the sums below from wrapping around.
constexpr std::uint64_t limit_max = std::uint64_t{1} << 60;

constexpr std::size_t names_shown_max = 5;

/// "a, b and 3 more": the rows that lack this figure.
std::string names_without(figure row::*wanted, const total& of) {
    std::vector<std::string_view> names;
    for (const auto& each : of.rows)
        if (!(each.*wanted)) names.push_back(each.name);
    const auto shown = std::min(names.size(), names_shown_max);
    auto text = fmt::format(
        "{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), ", "));
    return shown == names.size() ? text : fmt::format("{} and {} more", text, names.size() - shown);
}

verdict by_headroom(const total& of, figure failover_peak) {
    const auto says = [](colour is, std::string why) {
        return verdict{is, rule::headroom, std::move(why)};
    };
    const auto usable = of.of.usable();
    const auto unknown = names_without(&row::total, of);
    if (!usable)
        return says(colour::unknown,
                    fmt::format("the limit is not known{}{}{}{}",
                                of.of.limit_setting.empty() ? "" : ": set ", of.of.limit_setting,
                                unknown.empty() ? "" : ", nor any maximum of ", unknown));
    if (of.least_peak > *usable)
        return says(colour::red,
                    fmt::format("peak {}{} exceeds {} usable by {}", of.peak ? "" : "of at least ",
                                of.least_peak, *usable, of.least_peak - *usable));
    if (!of.peak) return says(colour::unknown, fmt::format("no maximum is known of {}", unknown));
    if (*of.peak > quiet_max(*usable))
        return says(colour::amber, fmt::format("peak {} is above 80 % of {} usable ({})", *of.peak,
                                               *usable, quiet_max(*usable)));
    if (failover_peak && *failover_peak > *usable)
        return says(colour::amber, fmt::format("a failover peak of {} exceeds {} usable",
                                               *failover_peak, *usable));
    return says(colour::green, fmt::format("peak {} is within 80 % of {} usable ({})", *of.peak,
                                           *usable, quiet_max(*usable)));
}

verdict by_seed(const total& of) {
    const auto says = [](colour is, std::string why) {
        return verdict{is, rule::seed, std::move(why)};
    };
    if (!of.of.limit) return says(colour::green, "no limit applies");
    const auto sum = of.estimated_sum;
    if (!sum)
        return says(colour::unknown,
                    fmt::format("no maximum is known of {}", names_without(&row::estimated, of)));
    const auto limit = *of.of.limit;
    const auto share = limit ? 100.0 * static_cast<double>(*sum) / static_cast<double>(limit) : 0.0;
    if (*sum > limit)
        return says(colour::red, share < 200
                                     ? fmt::format("exceeds the limit of {}", limit)
                                     : fmt::format("{:.1f}x the limit of {}", share / 100, limit));
    const bool amber = *sum >= limit - *sum && *sum > 0;
    return says(amber ? colour::amber : colour::green,
                fmt::format("{:.0f}% of the limit of {}", share, limit));
}

}  // namespace

int badness(colour of) noexcept {
    switch (of) {
        case colour::green:
            return 0;
        case colour::amber:
            return 1;
        case colour::unknown:
            return 2;
        case colour::red:
            return 3;
    }
    return 3;
}

std::string_view to_string(colour of) noexcept {
    switch (of) {
        case colour::green:
            return "GREEN";
        case colour::amber:
            return "AMBER";
        case colour::red:
            return "RED";
        case colour::unknown:
            return "UNKNOWN";
    }
    return "UNKNOWN";
}

std::string_view to_string(rule of) noexcept { return of == rule::headroom ? "headroom" : "seed"; }

// Without a product that could overflow.
std::uint64_t quiet_max(std::uint64_t usable) noexcept {
    return usable / 5 * 4 + usable % 5 * 4 / 5;
}

verdict judge(const total& of, rule by, figure failover_peak) {
    return by == rule::headroom ? by_headroom(of, failover_peak) : by_seed(of);
}

figure limit_for(figure units, unsigned reserved, rule by) {
    if (!units || *units > limit_max) return {};
    return by == rule::headroom ? *units + reserved : *units;
}

figure green_limit_for(figure units, unsigned reserved, rule by) {
    if (!units || *units > limit_max) return {};
    if (by == rule::seed) return *units == 0 ? 0 : 2 * *units + 1;
    return *units + *units / 4 + (*units % 4 != 0) + reserved;
}

figure limit_to_fit(const total& of, rule by) {
    return limit_for(by == rule::headroom ? of.peak : of.estimated_sum, of.of.reserved, by);
}

figure limit_to_be_green(const total& of, rule by) {
    return green_limit_for(by == rule::headroom ? of.peak : of.estimated_sum, of.of.reserved, by);
}

}  // namespace headroom::budget
