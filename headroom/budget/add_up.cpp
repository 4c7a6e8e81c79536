#include <array>

#include "headroom/budget/detail/arithmetic.hpp"
#include "headroom/budget/detail/tally.hpp"
#include "headroom/budget/plan.hpp"

namespace headroom::budget {
namespace {

using detail::larger;
using detail::tally;

/// What one process, one replica and the whole deployment open of a resource, by phase.
struct load {
    std::array<std::array<tally, 3>, 3> units;

    tally& of(multiplicity per, phase when) {
        return units[static_cast<std::size_t>(per)][static_cast<std::size_t>(when)];
    }
    const tally& of(multiplicity per, phase when) const {
        return units[static_cast<std::size_t>(per)][static_cast<std::size_t>(when)];
    }
    tally steady(multiplicity per) const { return of(per, phase::steady); }
    tally more_while_starting(multiplicity per) const {
        return detail::excess(of(per, phase::start), of(per, phase::steady));
    }
    /// A process is either starting or serving, never both.
    tally busiest(multiplicity per) const {
        return larger(of(per, phase::start), of(per, phase::steady));
    }
    tally deploy() const {
        return of(multiplicity::process, phase::deploy) + of(multiplicity::replica, phase::deploy) +
               of(multiplicity::deployment, phase::deploy);
    }
};

std::uint64_t times_of(const consumer& each, const multipliers& times) {
    const std::uint64_t instances = each.instances;
    if (each.when == phase::deploy || each.per == multiplicity::deployment) return instances;
    const auto in_replicas = instances * times.replicas;
    return each.per == multiplicity::replica ? in_replicas : in_replicas * times.workers;
}

row row_of(const consumer& each, const multipliers& times) {
    const auto all = detail::one_of(each) * times_of(each, times);
    row made;
    made.name = each.name;
    made.package = each.package;
    made.resource = each.resource;
    made.floor = each.pool;
    made.max = each.max();
    made.times = times_of(each, times);
    made.total = all.exact;
    made.estimated = all.estimated;
    made.when = each.when;
    made.per = each.per;
    made.configurable = !each.hardcoded && !each.settings.empty();
    made.hardcoded = each.hardcoded;
    made.settings = each.settings;
    made.overflow = each.overflow;
    return made;
}

/// The reserve as a claimant: every process may borrow all of its own.
consumer reserve_of(const resource& each) {
    consumer reserve;
    reserve.name = "reserve";
    reserve.resource = each.name;
    reserve.overflow.units = each.reserve;
    if (!each.reserve_setting.empty()) reserve.settings = {each.reserve_setting};
    return reserve;
}

void enter(load& units, const consumer& each) {
    auto& loaded = units.of(each.per, each.when);
    loaded = loaded + detail::one_of(each) * each.instances;
}

tally peak_units(const load& units, const multipliers& times) {
    const auto of_replica =
        units.busiest(multiplicity::process) * times.workers + units.busiest(multiplicity::replica);
    return of_replica * times.replicas_at_peak() + units.busiest(multiplicity::deployment) +
           units.deploy();
}

void sum_up(total& into, const load& units, const multipliers& times) {
    const auto of_replica = [&](const auto& part) {
        return part(multiplicity::process) * times.workers + part(multiplicity::replica);
    };
    const auto steady = [&](multiplicity per) { return units.steady(per); };
    const auto starting = [&](multiplicity per) { return units.more_while_starting(per); };
    const auto surge = times.surge.of(times.replicas);
    const auto all = times.replicas_at_peak();

    const auto sum = of_replica(steady) * times.replicas + steady(multiplicity::deployment);
    const auto peak = peak_units(units, times);
    into.sum = sum.exact;
    into.estimated_sum = sum.estimated;
    into.peak = peak.exact;
    into.estimated_peak = peak.estimated;
    into.least_peak = peak.least;
    into.arithmetic = detail::written_sum(into, times);
    into.peak_arithmetic = detail::written_peak(
        {{"steady", sum},
         {"surge", of_replica(steady) * surge},
         {"terminating", of_replica(steady) * times.terminating},
         {"more while starting", of_replica(starting) * all + starting(multiplicity::deployment)},
         {"deploy", units.deploy()}},
        peak);
    if (into.peak_arithmetic.empty()) into.peak_arithmetic = into.arithmetic;
}

load load_of(const plan& of, const resource& each) {
    load units;
    for (const auto& claimant : of.consumers)
        if (claimant.resource == each.name) enter(units, claimant);
    if (each.reserve > 0) enter(units, reserve_of(each));
    return units;
}

}  // namespace

total add_up(const plan& of, const resource& each) {
    total made;
    made.of = each;
    for (const auto& claimant : of.consumers)
        if (claimant.resource == each.name) made.rows.push_back(row_of(claimant, of.times));
    if (each.reserve > 0) {
        made.rows.push_back(row_of(reserve_of(each), of.times));
        made.rows.back().is_reserve = true;
    }
    sum_up(made, load_of(of, each), of.times);
    return made;
}

figure most_at_peak(const row& of, const multipliers& times) noexcept {
    const auto total = of.total ? of.total : of.estimated;
    const bool once = of.when == phase::deploy || of.per == multiplicity::deployment;
    if (!total || once || times.replicas == 0) return total;
    return (tally{*total / times.replicas, {}, 0} * times.replicas_at_peak()).exact;
}

figure peak_of(const plan& of, const resource& which) {
    return peak_units(load_of(of, which), of.times).exact;
}

std::vector<total> add_up(const plan& of) {
    std::vector<total> totals;
    for (const auto& each : of.resources) totals.push_back(add_up(of, each));
    return totals;
}

}  // namespace headroom::budget
