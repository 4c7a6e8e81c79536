// persistence/detail/controlled_delay.hpp: when a queue no longer serves who waited too long.
//
// Nichols and Jacobson, "Controlling Queue Delay" (2012), in the form Elixir's DBConnection gave
// it for callers with deadlines: a burst that drains is left alone; a queue whose shortest wait in
// a whole interval exceeds the target is standing, and then only those are served who waited for
// at most twice the target. Pure: time is handed in. Guarded by its owner.
#pragma once
#include <algorithm>
#include <chrono>

namespace headroom::persistence::detail {

class controlled_delay {
public:
    using instant = std::chrono::steady_clock::time_point;
    using span = std::chrono::steady_clock::duration;

    controlled_delay(span target, span interval) : target_(target), interval_(interval) {}

    /// Nobody waited.
    void calm() noexcept { least_ = span{0}; }

    /// The first in the queue has waited for `wait`. Returns the longest wait still served.
    span observe(instant now, span wait) noexcept {
        if (now >= interval_ends_) {
            standing_ = target_ > span{0} && least_ > target_;
            interval_ends_ = now + interval_;
            least_ = wait;
        }
        least_ = std::min(least_, wait);
        return standing_ ? 2 * target_ : span::max();
    }

private:
    const span target_, interval_;
    span least_{0};  // of this interval
    instant interval_ends_{};
    bool standing_ = false;
};

}  // namespace headroom::persistence::detail
