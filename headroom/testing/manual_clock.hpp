// testing/manual_clock.hpp: a steady clock that moves only when a test says so.
#pragma once
#include <atomic>
#include <chrono>
#include <functional>

namespace headroom::testing {

/// Hand `source()` to whatever takes a clock; it refers to this object, which must outlive it.
/// Thread-safe. Starts well above the epoch, so that a test may look back from it.
class manual_clock {
public:
    using time_point = std::chrono::steady_clock::time_point;
    using duration = std::chrono::steady_clock::duration;

    manual_clock() = default;
    manual_clock(const manual_clock&) = delete;
    manual_clock& operator=(const manual_clock&) = delete;

    time_point now() const noexcept { return time_point(duration(ticks_.load())); }
    void advance(duration by) noexcept { ticks_.fetch_add(by.count()); }
    std::function<time_point()> source() const {
        return [this] { return now(); };
    }

private:
    std::atomic<duration::rep> ticks_{duration(std::chrono::hours(1000)).count()};
};

}  // namespace headroom::testing
