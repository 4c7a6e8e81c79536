#include "headroom/budget/detail/arithmetic.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace headroom::budget::detail {
namespace {

constexpr auto scopes = {multiplicity::process, multiplicity::replica, multiplicity::deployment};

std::uint64_t times_of(multiplicity scope, const multipliers& times) {
    if (scope == multiplicity::deployment) return 1;
    const std::uint64_t replicas = times.replicas;
    return scope == multiplicity::replica ? replicas : replicas * times.workers;
}

bool adds_nothing(const row& each) { return each.times == 0 || each.total == figure{0}; }

std::string one_term(const row& each, std::uint64_t repeated) {
    const auto instances = each.times / repeated;
    figure guess;
    if (each.estimated) guess = *each.estimated / each.times;
    auto units = to_text(each.max, guess);
    return instances == 1 ? units : fmt::format("{} x {}", instances, units);
}

std::vector<std::string> terms_of(const total& of, multiplicity scope, std::uint64_t repeated) {
    std::vector<std::string> terms;
    for (const auto& each : of.rows)
        if (each.when == phase::steady && each.per == scope && !adds_nothing(each))
            terms.push_back(one_term(each, repeated));
    return terms;
}

std::string repeated_group(const std::vector<std::string>& terms, std::uint64_t repeated) {
    auto inner = fmt::format("{}", fmt::join(terms, " + "));
    if (repeated == 1) return inner;
    return terms.size() == 1 ? fmt::format("{} x {}", repeated, inner)
                             : fmt::format("{} x ({})", repeated, inner);
}

}  // namespace

std::string written_sum(const total& of, const multipliers& times) {
    std::vector<std::string> groups;
    for (const auto scope : scopes) {
        const auto repeated = times_of(scope, times);
        const auto terms = repeated ? terms_of(of, scope, repeated) : std::vector<std::string>{};
        if (!terms.empty()) groups.push_back(repeated_group(terms, repeated));
    }
    const auto sum = to_text(of.sum, of.estimated_sum);
    const auto left = fmt::format("{}", fmt::join(groups, " + "));
    return groups.empty() || left == sum ? sum : fmt::format("{} = {}", left, sum);
}

std::string written_peak(const std::vector<peak_part>& parts, const tally& peak) {
    std::vector<std::string> terms;
    bool more_than_steady = false;
    for (const auto& [name, units] : parts) {
        if (units.exact == figure{0}) continue;
        terms.push_back(fmt::format("{} {}", to_text(units.exact, units.estimated), name));
        more_than_steady = more_than_steady || name != "steady";
    }
    if (!more_than_steady) return {};
    return fmt::format("{} = {}", fmt::join(terms, " + "), to_text(peak.exact, peak.estimated));
}

}  // namespace headroom::budget::detail
