#include "headroom/fleet/backend_match.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace headroom::fleet {
namespace {

using persistence::backend;

const budget::consumer* find(const budget::plan& in, std::string_view name) {
    return in.find_consumer(name);
}

bool indistinguishable(const party& a, const budget::consumer& b) {
    const bool has_a_mark = !b.application_name.empty() || !b.role.empty();
    return has_a_mark && a.application_name == b.application_name && a.role == b.role;
}

party& party_of(std::vector<party>& parties, const budget::consumer& each) {
    const auto at = std::ranges::find_if(
        parties, [&](const party& one) { return indistinguishable(one, each); });
    if (at != parties.end()) return *at;
    party fresh;
    fresh.application_name = each.application_name;
    fresh.role = each.role;
    fresh.declared = 0;
    fresh.steady = false;
    parties.push_back(std::move(fresh));
    return parties.back();
}

void add_to(party& one, const budget::row& row, const budget::consumer& each,
            const budget::multipliers& times) {
    one.consumers.push_back(each.name);
    const auto units = budget::most_at_peak(row, times);
    if (one.declared && units)
        one.declared = *one.declared + *units;
    else
        one.declared.reset();
    one.borrows = one.borrows || each.shared();
    if (each.when != budget::phase::steady) return;
    one.steady = true;
    one.floor += row.floor.value_or(0) * row.times;
}

std::vector<party> parties_of(const budget::plan& declared, std::string_view resource) {
    std::vector<party> parties;
    for (const auto& total : budget::add_up(declared))
        for (const auto& row : total.rows)
            if (const auto* each = find(declared, row.name);
                total.of.name == resource && !row.is_reserve && each != nullptr)
                add_to(party_of(parties, *each), row, *each, declared.times);
    return parties;
}

bool has_consumer(const party& one, std::string_view name) {
    return std::ranges::find(one.consumers, name) != one.consumers.end();
}

std::size_t owner(const backend& each, const std::vector<party>& parties) {
    const auto first = [&](auto is_it) -> std::size_t {
        const auto at = std::ranges::find_if(parties, is_it);
        return at == parties.end() ? nobody : static_cast<std::size_t>(at - parties.begin());
    };
    const auto consumer = consumer_part(each.application_name);
    if (!consumer.empty()) {
        const auto by_name = first([&](const party& one) { return has_consumer(one, consumer); });
        if (by_name != nobody) return by_name;
    }
    const auto by_pattern = first([&](const party& one) {
        return !one.application_name.empty() &&
               matches(one.application_name, each.application_name) &&
               (one.role.empty() || matches(one.role, each.role));
    });
    if (by_pattern != nobody) return by_pattern;
    return first([&](const party& one) {
        return one.application_name.empty() && !one.role.empty() && matches(one.role, each.role);
    });
}

}  // namespace

bool matches(std::string_view pattern, std::string_view text) noexcept {
    // Backtracks to the latest star only, which is enough for patterns without alternatives.
    std::size_t p = 0, t = 0, star = std::string_view::npos, resume = 0;
    while (t < text.size()) {
        if (p < pattern.size() && pattern[p] == '*') {
            star = p++;
            resume = t;
        } else if (p < pattern.size() && (pattern[p] == '?' || pattern[p] == text[t])) {
            ++p, ++t;
        } else if (star != std::string_view::npos) {
            p = star + 1;
            t = ++resume;
        } else {
            return false;
        }
    }
    while (p < pattern.size() && pattern[p] == '*') ++p;
    return p == pattern.size();
}

std::string party::name() const { return fmt::format("{}", fmt::join(consumers, " + ")); }

attribution attribute(const std::vector<backend>& live, const budget::plan& declared,
                      std::string_view resource) {
    attribution answer{parties_of(declared, resource), {}};
    for (const auto& each : live) {
        const auto at = each.own ? nobody : owner(each, answer.parties);
        if (at != nobody) ++answer.parties[at].live;
        answer.of_backend.push_back(at);
    }
    return answer;
}

std::string_view consumer_part(std::string_view name) noexcept {
    if (std::ranges::count(name, '/') != 3) return {};
    return name.substr(name.rfind('/') + 1);
}

}  // namespace headroom::fleet
