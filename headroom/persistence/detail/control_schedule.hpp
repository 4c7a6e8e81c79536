// persistence/detail/control_schedule.hpp: what the control connection does next, and when.
//
// Pure: time is handed in. The coroutine in control.cpp asks, does it, and says that it is done.
#pragma once
#include <chrono>

#include "headroom/persistence/overdue.hpp"

namespace headroom::persistence {

/// Every bound of the control connection, standing together.
struct control_bounds {
    std::chrono::milliseconds connect_ms_max{5'000};
    /// Every statement of ours; also how long a listener waits to be registered.
    std::chrono::milliseconds statement_ms_max{2'000};
    /// A silent server is asked this often whether it lives; with the answer's deadline it is given
    /// up after 4 s at the latest.
    std::chrono::milliseconds ping_ms{2'000};
    std::chrono::milliseconds reread_ms{60'000};  ///< facts are read again
    /// A standby is left this often, for whichever server the address leads to by then.
    std::chrono::milliseconds standby_ms{1'000};
    std::chrono::milliseconds tidy_ms{500};       ///< the closing rooms are looked after
    overdue_bounds overdue{};                     ///< whom they are left by then
    std::chrono::milliseconds turn_ms{50};        ///< the longest sleep of the loop
};

namespace detail {

class control_schedule {
public:
    using clock = deadline::clock;
    enum class action { connect, read_facts, ping, tidy, sleep };

    explicit control_schedule(control_bounds within) : within_(within) {}

    /// `standby`: the server it is connected to is in recovery.
    action next(clock::time_point now, bool connected, bool standby) const {
        if (!connected || (standby && now >= leave_at_)) return action::connect;
        if (now >= facts_at_) return action::read_facts;
        if (now >= tidy_at_) return action::tidy;
        return now >= ping_at_ ? action::ping : action::sleep;
    }

    /// `did` has ended, well or not.
    void done(action did, clock::time_point now) {
        const bool read = did == action::read_facts || did == action::connect;
        if (read) facts_at_ = now + within_.reread_ms;
        if (did == action::connect) leave_at_ = now + within_.standby_ms;
        // Tidying mostly asks nothing, so only these show that the server lives.
        if (read || did == action::ping) ping_at_ = now + within_.ping_ms;
        if (did == action::tidy) tidy_at_ = now + within_.tidy_ms;
    }

private:
    const control_bounds within_;
    clock::time_point facts_at_{}, ping_at_{}, tidy_at_{}, leave_at_{};
};

}  // namespace detail
}  // namespace headroom::persistence
