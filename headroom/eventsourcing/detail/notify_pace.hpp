// eventsourcing/detail/notify_pace.hpp: when to tell other processes that something was appended.
#pragma once
#include <algorithm>
#include <optional>

#include "headroom/eventsourcing/event.hpp"
#include "headroom/runtime/deadline.hpp"

namespace headroom::eventsourcing::detail {

/// A leading-edge debouncer: the first append is told at once, what follows within the interval
/// once it is over, together. Pure: time is handed in. Not thread-safe.
class notify_pace {
public:
    using time_point = deadline::clock::time_point;

    explicit notify_pace(std::chrono::milliseconds interval) : interval_(interval) {}

    /// Everything up to `last` is committed.
    void note(log_position last) noexcept { untold_ = std::max(untold_, last); }
    /// The position to tell now, which counts as told; none when it is told, or it is too soon.
    std::optional<log_position> take(time_point now) noexcept {
        if (!untold() || (told_at_ && now < next())) return std::nullopt;
        told_ = untold_;
        told_at_ = now;
        return told_;
    }
    bool untold() const noexcept { return untold_ > told_; }
    /// The earliest instant of the next telling.
    time_point next() const noexcept { return told_at_ ? *told_at_ + interval_ : time_point{}; }

private:
    const std::chrono::milliseconds interval_;
    log_position untold_ = 0, told_ = 0;
    std::optional<time_point> told_at_;
};

}  // namespace headroom::eventsourcing::detail
