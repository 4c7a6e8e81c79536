#include "headroom/budget/solve.hpp"

#include <algorithm>
#include <functional>
#include <iterator>
#include <numeric>
#include <utility>

namespace headroom::budget {
namespace {

using values = std::vector<unsigned>;

/// A factor is counted in millionths, which tells all values of the largest weight apart.
constexpr std::uint64_t one = figure_max;
constexpr std::uint64_t factor_max = one * figure_max;

figure bound_of(const resource& each, within keeps) {
    const auto usable = each.usable();
    if (!usable) return {};
    return keeps == within::green ? quiet_max(*usable) : *usable;
}

/// A plan of one resource, to try sizes on.
class trial {
public:
    trial(const plan& of, std::size_t index, const std::vector<size>& sizes)
        : plan_(of), index_(index), sizes_(sizes) {}

    figure peak_at(const values& chosen) {
        for (std::size_t i = 0; i < sizes_.size(); ++i) assign(plan_, sizes_[i], chosen[i]);
        return peak_of(plan_, plan_.resources[index_]);
    }
    bool keeps(const values& chosen, std::uint64_t bound) {
        const auto peak = peak_at(chosen);
        return peak && *peak <= bound;
    }
    void replicas(unsigned number) { plan_.times.replicas = number; }

private:
    plan plan_;
    const std::size_t index_;
    const std::vector<size>& sizes_;
};

values at_factor(const std::vector<size>& sizes, std::uint64_t factor) {
    values chosen;
    for (const auto& each : sizes) {
        const auto share = std::min<std::uint64_t>(each.weight * factor / one, figure_max);
        chosen.push_back(std::max(static_cast<unsigned>(share), each.least));
    }
    return chosen;
}

/// The largest number in [low, high] that `holds`; it holds of low, and of all below any such.
template <class Test>
std::uint64_t last_that(std::uint64_t low, std::uint64_t high, Test holds) {
    while (low < high) {
        const auto middle = low + (high - low + 1) / 2;
        if (holds(middle))
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

/// Rounds up where it fits, the largest fraction first.
void give_out_rest(values& chosen, const std::vector<size>& sizes, std::uint64_t factor,
                   std::uint64_t bound, trial& on) {
    const auto fraction = [&](std::size_t i) { return sizes[i].weight * factor % one; };
    std::vector<std::size_t> order(sizes.size());
    std::iota(order.begin(), order.end(), 0U);
    const auto rank = [&](std::size_t i) { return std::pair(fraction(i), order.size() - i); };
    std::ranges::sort(order, std::greater<>{}, rank);
    for (const auto i : order) {
        const bool at_least_size = chosen[i] > sizes[i].weight * factor / one;
        if (fraction(i) == 0 || at_least_size || chosen[i] == figure_max) continue;
        ++chosen[i];
        if (!on.keeps(chosen, bound)) --chosen[i];
    }
}

values largest_within(const std::vector<size>& sizes, std::uint64_t bound, trial& on) {
    const auto holds = [&](std::uint64_t factor) {
        return on.keeps(at_factor(sizes, factor), bound);
    };
    const auto factor = last_that(0, factor_max, holds);
    auto chosen = at_factor(sizes, factor);
    give_out_rest(chosen, sizes, factor, bound, on);
    return chosen;
}

unsigned most_replicas(const values& least, std::uint64_t bound, trial& on) {
    const auto holds = [&](std::uint64_t number) {
        on.replicas(static_cast<unsigned>(number));
        return on.keeps(least, bound);
    };
    const auto found = holds(1) ? last_that(1, replicas_tried_max, holds) : 0;
    return static_cast<unsigned>(found);
}

std::vector<size> sizes_for(const plan& of, const std::vector<size>& all, const resource& each) {
    std::vector<size> own;
    std::ranges::copy_if(all, std::back_inserter(own),
                         [&](const size& which) { return matters(of, which, each.name); });
    return own;
}

fitting untouched(const total& before, const std::vector<size>& sizes) {
    fitting made;
    made.before = before;
    for (const auto& each : sizes) made.sizes.push_back({each, each.declared});
    return made;
}

/// What fits one resource, were it the only one.
fitting fit(const plan& of, std::size_t index, within keeps, const std::vector<size>& all) {
    const auto& each = of.resources[index];
    const auto sizes = sizes_for(of, all, each);
    auto made = untouched(add_up(of, each), sizes);
    made.bound = bound_of(each, keeps);
    trial on(of, index, sizes);
    const auto least = at_factor(sizes, 0);
    if (!made.bound || !on.peak_at(least)) return made;

    const bool fits = on.keeps(least, *made.bound);
    made.is = sizes.empty() ? fitting::outcome::no_choice
              : fits        ? fitting::outcome::fits
                            : fitting::outcome::too_large;
    const auto chosen = fits ? largest_within(sizes, *made.bound, on) : least;
    for (std::size_t i = 0; i < sizes.size(); ++i) made.sizes[i].value = chosen[i];
    made.replicas_max = most_replicas(least, *made.bound, on);
    return made;
}

/// The smallest value that any resource which could be solved allows; none: keep what is declared.
figure settled(const solution& of, const std::string& setting) {
    figure smallest;
    for (const auto& each : of.resources)
        for (const auto& [size, value] : each.sizes)
            if (each.is != fitting::outcome::unknown && size.setting == setting)
                smallest = std::min(smallest.value_or(*value), *value);
    return smallest;
}

void settle(solution& in) {
    for (auto& each : in.resources)
        for (auto& [size, value] : each.sizes) {
            const auto smallest = settled(in, size.setting);
            if (!smallest) continue;
            value = smallest;
            assign(in.sized, size, static_cast<unsigned>(*smallest));
        }
}

void judge_all(solution& in) {
    const auto figure_for = in.keeps == within::green ? limit_to_be_green : limit_to_fit;
    for (std::size_t i = 0; i < in.resources.size(); ++i) {
        auto& each = in.resources[i];
        each.after = add_up(in.sized, in.sized.resources[i]);
        each.verdict_after = judge(each.after);
        each.limit_needed = figure_for(each.after, rule::headroom);
    }
}

}  // namespace

std::string_view to_string(within of) noexcept { return of == within::green ? "GREEN" : "AMBER"; }

colour solution::worst() const noexcept {
    auto worst = colour::green;
    for (const auto& each : resources)
        if (!each.after.rows.empty() && badness(each.verdict_after.is) > badness(worst))
            worst = each.verdict_after.is;
    return worst;
}

solution solve(const plan& of, within keeps) {
    solution made;
    made.keeps = keeps;
    made.sized = of;
    const auto sizes = sizes_of(of);
    for (std::size_t i = 0; i < of.resources.size(); ++i)
        made.resources.push_back(fit(of, i, keeps, sizes));
    settle(made);
    judge_all(made);
    return made;
}

}  // namespace headroom::budget
