#include "headroom/persistence/detail/lane_choice.hpp"

#include <algorithm>

#include "headroom/budget/ledger.hpp"

namespace headroom::persistence::detail {

std::optional<std::size_t> choose_lane(std::span<const std::size_t> pending, std::size_t last) {
    std::optional<std::size_t> best;
    for (std::size_t step = 1; step <= pending.size(); ++step) {
        const auto at = (last + step) % pending.size();
        if (pending[at] == not_ready) continue;
        if (!best || pending[at] < pending[*best]) best = at;
    }
    return best;
}

bool wants_another(std::span<const lane_view> lanes, const lane_bounds& bounds) {
    return !lanes.empty() && std::ranges::all_of(lanes, [&](const lane_view& each) {
        return each.ready && each.pending >= bounds.deep;
    });
}

bool is_suspect(const lane_view& lane, const lane_bounds& bounds) {
    return lane.ready && lane.silent >= bounds.silent_ms_max;
}

bool goes_back(const lane_view& lane, bool recalled, const lane_bounds& bounds) {
    if (!lane.borrowed || !lane.ready) return false;
    if (recalled) return lane.age >= budget::loan_ms_min;
    return lane.unneeded >= bounds.idle_ms_max && lane.age >= bounds.idle_ms_max;
}

}  // namespace headroom::persistence::detail
