#include "headroom/persistence/clamp.hpp"

#include <algorithm>

namespace headroom::persistence {
namespace {

std::uint64_t peak_of(const budget::plan& plan, const start_limit& limit) {
    // An unknown maximum can never be made to fit.
    return budget::add_up(bounded_by(limit, plan)).front().peak.value_or(UINT64_MAX);
}

std::uint64_t steps_for(std::uint64_t excess, std::uint64_t weight) {
    return (excess + weight - 1) / weight;
}

/// Cuts `units` until the excess is gone or they are at `least`; true when something was cut.
template <class Unit>
bool cut_units(budget::plan& plan, const start_limit& limit, Unit& units, std::uint64_t least,
               std::uint64_t step_max) {
    const auto usable = *bounded_by(limit, plan).resources.front().usable();
    const auto peak = peak_of(plan, limit);
    if (units <= least || peak <= usable) return false;
    --units;
    const auto weight = peak - peak_of(plan, limit);
    if (weight == 0) {
        ++units;
        return false;
    }
    const auto wanted = std::min(steps_for(peak - usable, weight), step_max);
    units -= static_cast<Unit>(std::min<std::uint64_t>(wanted, units + 1 - least) - 1);
    return true;
}

std::uint64_t floor_of(const budget::consumer& each) {
    return each.pool.value_or(0) * each.instances;
}

std::vector<budget::consumer*> largest_first(budget::plan& plan, const start_limit& limit) {
    const auto bounded = bounded_by(limit, plan);
    std::vector<budget::consumer*> list;
    for (auto& each : plan.consumers)
        if (each.pool && bounded.find_consumer(each.name) != nullptr) list.push_back(&each);
    std::ranges::sort(list, [](const auto* a, const auto* b) {
        return floor_of(*a) != floor_of(*b) ? floor_of(*a) > floor_of(*b) : a->name < b->name;
    });
    return list;
}

/// One round: the largest floor that can be cut comes down to the next one, at least by a unit.
bool cut_largest(budget::plan& plan, const start_limit& limit) {
    const auto list = largest_first(plan, limit);
    for (std::size_t i = 0; i < list.size(); ++i) {
        const auto next = i + 1 < list.size() ? floor_of(*list[i + 1]) : 0;
        const auto instances = std::max(1u, list[i]->instances);
        const auto level = (floor_of(*list[i]) - next) / instances;
        if (cut_units(plan, limit, *list[i]->pool, list[i]->minimum,
                      std::max<std::uint64_t>(1, level)))
            return true;
    }
    return false;
}

}  // namespace

bool clamp_to(budget::plan& plan, const start_limit& limit) {
    const auto usable = bounded_by(limit, plan).resources.front().usable();
    if (!usable) return false;
    const auto reserve = std::ranges::find(plan.resources, limit.resource, &budget::resource::name);
    if (reserve != plan.resources.end())
        cut_units(plan, limit, reserve->reserve, reserve->reserve_min, UINT64_MAX);
    while (peak_of(plan, limit) > *usable)
        if (!cut_largest(plan, limit)) return false;
    return true;
}

std::vector<cut> cuts_between(const budget::plan& before, const budget::plan& after) {
    std::vector<cut> cuts;
    for (std::size_t i = 0; i < before.resources.size(); ++i) {
        const auto &was = before.resources[i], &is = after.resources[i];
        if (was.reserve != is.reserve) cuts.push_back({was.name, true, was.reserve, is.reserve});
    }
    for (std::size_t i = 0; i < before.consumers.size(); ++i) {
        const auto &was = before.consumers[i], &is = after.consumers[i];
        if (was.pool != is.pool)
            cuts.push_back({was.name, false, static_cast<unsigned>(*was.pool),
                            static_cast<unsigned>(*is.pool)});
    }
    return cuts;
}

}  // namespace headroom::persistence
