// fleet/look_pace.hpp: when the next look at a server is due, and whether it may ask for everybody.
//
// A count is cheap and is taken at every interval. A list of all clients costs the server about
// 3 us a client (measured: PostgreSQL 0.7 ms for 250, Redis 2.7 ms for 1,000), and Redis and
// PgBouncer have one thread for everything. So a list is followed by a pause of 1,000 times that,
// a thousandth of the server's time, and of 100 times where a count shows more clients than ever.
// Pure: the time is handed in.
#pragma once
#include <chrono>
#include <cstdint>

namespace headroom::fleet {

class look_pace {
public:
    using clock = std::chrono::steady_clock;

    static constexpr std::chrono::microseconds cost_of_a_client{3};
    static constexpr int pause_for_a_list = 1'000;  ///< times what the last one cost
    static constexpr int pause_for_a_peak = 100;

    /// The first look is due at `now`.
    look_pace(std::chrono::milliseconds interval, clock::time_point now)
        : interval_(interval), due_(now) {}

    clock::time_point due() const noexcept { return due_; }
    /// A look has ended: the next one keeps the beat, and those that were missed are left out.
    void looked(clock::time_point now) noexcept {
        due_ += interval_;
        if (due_ <= now) due_ += (now - due_) / interval_ * interval_ + interval_;
    }

    void listed(clock::time_point now, std::uint64_t clients) noexcept {
        listed_ = now;
        cost_ = cost_of_a_client * static_cast<std::int64_t>(clients);
    }
    bool may_list(clock::time_point now) const noexcept {
        return now - listed_ >= cost_ * pause_for_a_list;
    }
    bool may_list_a_peak(clock::time_point now) const noexcept {
        return now - listed_ >= cost_ * pause_for_a_peak;
    }

private:
    const std::chrono::milliseconds interval_;
    clock::time_point due_, listed_{};
    std::chrono::microseconds cost_{0};
};

}  // namespace headroom::fleet
