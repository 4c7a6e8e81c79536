// runtime/deadline.hpp: the instant by which an answer is due.
//
// Every wait in headroom takes a deadline, never a duration: handed down through a call chain it
// keeps its meaning, and it cannot be confused with a count. Monotonic clock.
#pragma once
#include <algorithm>
#include <chrono>

namespace headroom {

class deadline {
public:
    using clock = std::chrono::steady_clock;

    explicit constexpr deadline(clock::time_point at) noexcept : at_(at) {}
    static deadline after(std::chrono::milliseconds wait) { return deadline(clock::now() + wait); }

    clock::time_point at() const noexcept { return at_; }
    /// What is left, never negative.
    std::chrono::milliseconds left(clock::time_point now = clock::now()) const noexcept {
        return std::max(std::chrono::milliseconds(0),
                        std::chrono::ceil<std::chrono::milliseconds>(at_ - now));
    }
    bool passed(clock::time_point now = clock::now()) const noexcept { return at_ <= now; }
    /// The earlier of this and `now + wait`.
    deadline at_most(std::chrono::milliseconds wait) const {
        return deadline(std::min(at_, clock::now() + wait));
    }
    auto operator<=>(const deadline&) const noexcept = default;

private:
    clock::time_point at_;
};

}  // namespace headroom
