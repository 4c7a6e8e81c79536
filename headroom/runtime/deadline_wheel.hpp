// runtime/deadline_wheel.hpp: thousands of deadlines for the price of one timer.
//
// A hashed timing wheel (Varghese and Lauck, "Hashed and Hierarchical Timing Wheels", 1987,
// scheme 6): arming and disarming are a list splice, a tick looks at one slot. Coarse on purpose:
// a deadline fires at most two ticks late and never early. Pure: time is handed in. One reactor's
// own; not thread-safe.
#pragma once
#include <array>
#include <boost/assert.hpp>
#include <boost/intrusive/list.hpp>
#include <chrono>
#include <functional>

#include "headroom/runtime/deadline.hpp"

namespace headroom {

class deadline_wheel;

/// One deadline that can be armed, disarmed and armed again. Disarms itself when destroyed; a wheel
/// that ends disarms it too. Its ring must not throw; it may destroy the alarm as its last act.
class alarm : public boost::intrusive::list_base_hook<
                  boost::intrusive::link_mode<boost::intrusive::auto_unlink>> {
public:
    explicit alarm(std::move_only_function<void()> ring) : ring_(std::move(ring)) {}
    alarm(const alarm&) = delete;  // a wheel points to it
    alarm& operator=(const alarm&) = delete;

    bool armed() const noexcept { return is_linked(); }
    void disarm() noexcept { unlink(); }
    /// Safe to call when not armed.
    void unlink() noexcept {
        if (is_linked()) auto_unlink_base::unlink();
    }

private:
    friend class deadline_wheel;
    using auto_unlink_base = boost::intrusive::list_base_hook<
        boost::intrusive::link_mode<boost::intrusive::auto_unlink>>;
    std::move_only_function<void()> ring_;
    std::uint64_t due_tick_ = 0;
};

class deadline_wheel {
public:
    using clock = deadline::clock;
    static constexpr std::chrono::milliseconds tick_ms{5};
    static constexpr std::size_t slots = 1024;  ///< 5.12 s a turn; later deadlines take more turns

    explicit deadline_wheel(clock::time_point start) : start_(start) {}

    /// Arms (or re-arms) `what` to ring at or shortly after `due`.
    void arm(alarm& what, deadline due);
    /// Rings everything due by `now`. An alarm may arm, disarm or destroy any other from its ring.
    /// Returns the number rung.
    std::size_t advance(clock::time_point now);
    /// Linear in the slots; for idling: true when nothing is armed anywhere.
    bool empty() const noexcept;

private:
    using list = boost::intrusive::list<alarm, boost::intrusive::constant_time_size<false>>;
    std::uint64_t tick_of(clock::time_point at) const noexcept;

    const clock::time_point start_;
    std::uint64_t now_tick_ = 0;
    std::array<list, slots> slots_;
};

}  // namespace headroom
