#include "headroom/persistence/limit_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace headroom::persistence {
namespace {

/// The smallest of the limits that bind every consumer, or those of the role that reads.
const start_limit* binding(const std::vector<start_limit>& limits) {
    const auto usable = [](const start_limit& each) {
        return each.limit ? *each.limit - std::min<std::uint64_t>(each.reserved, *each.limit)
                          : UINT64_MAX;
    };
    const auto at = std::ranges::min_element(limits, {}, usable);
    return at == limits.end() || !at->limit || !at->readers ? nullptr : &*at;
}

}  // namespace

std::optional<limit_watch::change> limit_watch::look(const server_facts& found) {
    const auto limits = limits_of(found, plan_, resource_, {});
    const auto* tightest = binding(limits);
    if (tightest == nullptr) return {};
    const auto total = budget::add_up(bounded_by(*tightest, plan_)).front();
    const auto usable = total.of.usable().value_or(0);
    const auto before = std::exchange(usable_, usable);
    if (!before || *before == usable) return {};
    const auto verdict = budget::judge(total);
    const auto fits = static_cast<unsigned>(std::min<std::uint64_t>(usable, planned_));
    ceiling_ = std::max(floors_, fits);
    return change{
        fmt::format("{}: usable changed from {} to {} ({}: {}): {}, {}; the ceiling is {}",
                    resource_, *before, usable, tightest->name, tightest->how,
                    budget::to_string(verdict.is), verdict.reason, ceiling_),
        usable < *before, ceiling_};
}

}  // namespace headroom::persistence
