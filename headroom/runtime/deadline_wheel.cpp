#include "headroom/runtime/deadline_wheel.hpp"

#include <algorithm>

namespace headroom {

std::uint64_t deadline_wheel::tick_of(clock::time_point at) const noexcept {
    return at <= start_ ? 0 : static_cast<std::uint64_t>((at - start_) / tick_ms);
}

void deadline_wheel::arm(alarm& what, deadline due) {
    what.unlink();
    // One tick later than the tick it falls into: it must not ring early.
    what.due_tick_ = std::max(tick_of(due.at()), now_tick_) + 1;
    slots_[what.due_tick_ % slots].push_back(what);
}

std::size_t deadline_wheel::advance(clock::time_point now) {
    const auto target = tick_of(now);
    std::size_t rung = 0;
    while (now_tick_ < target) {
        // After a long pause one turn visits every slot; what is overdue rings wherever it stands.
        now_tick_ = std::max(now_tick_ + 1, target > slots ? target - slots : 0);
        auto& slot = slots_[now_tick_ % slots];
        list due;
        for (auto at = slot.begin(); at != slot.end();) {
            alarm& each = *at++;
            if (each.due_tick_ > now_tick_) continue;
            each.unlink();
            due.push_back(each);
        }
        while (!due.empty()) {
            alarm& next = due.front();
            next.unlink();
            ++rung;
            next.ring_();  // may destroy `next`
        }
    }
    return rung;
}

bool deadline_wheel::empty() const noexcept {
    return std::ranges::all_of(slots_, [](const list& each) { return each.empty(); });
}

}  // namespace headroom
