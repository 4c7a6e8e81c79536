// http/detail/websocket_pulse.hpp: when a session is asked for life, and when it has none. Pure.
#pragma once
#include <algorithm>
#include <chrono>
#include <optional>

#include "headroom/runtime/deadline.hpp"

namespace headroom::http::detail {

struct pulse_terms {
    std::chrono::milliseconds heartbeat;  ///< of silence until a ping, and then until the end
    std::chrono::milliseconds idle_max;   ///< without a message either way
    std::chrono::milliseconds write_max;  ///< for the client to take what waits for it
    std::chrono::milliseconds close_max;  ///< for the client to answer our close
};

class websocket_pulse {
public:
    using time = deadline::clock::time_point;
    enum class verdict {
        alive,
        ping,    ///< ask
        silent,  ///< it was asked and did not answer
        idle,    ///< it lives, but nobody has anything to say
        stalled  ///< it does not take what is sent, or does not answer a close
    };

    websocket_pulse(const pulse_terms& of, time now) : of_(of), heard_(now), spoken_(now) {}

    /// Some byte came, or we do not listen at present.
    void hear(time now) noexcept {
        heard_ = now;
        asked_ = false;
    }
    /// A message came or was sent.
    void speak(time now) noexcept { spoken_ = now; }
    /// Something waits for the client to take it, or nothing does.
    void wait_for_client(bool waiting, time now) noexcept {
        if (!waiting) {
            stalls_.reset();
        } else if (!stalls_) {
            stalls_ = now + of_.write_max;
        }
    }
    /// We have sent our close.
    void close(time now) noexcept {
        if (!closes_) closes_ = now + of_.close_max;
    }

    /// When to ask for the verdict next.
    deadline due() const noexcept {
        auto first = closes_ ? *closes_ : std::min(next_beat(), spoken_ + of_.idle_max);
        if (stalls_) first = std::min(first, *stalls_);
        return deadline(first);
    }
    /// Once `ping`, it has been asked.
    verdict at(time now) noexcept {
        if ((stalls_ && now >= *stalls_) || (closes_ && now >= *closes_)) return verdict::stalled;
        if (closes_) return verdict::alive;
        if (now >= spoken_ + of_.idle_max) return verdict::idle;
        if (now < next_beat()) return verdict::alive;
        if (asked_) return verdict::silent;
        asked_ = true;
        return verdict::ping;
    }

private:
    time next_beat() const noexcept { return heard_ + of_.heartbeat * (asked_ ? 2 : 1); }

    const pulse_terms of_;
    time heard_, spoken_;
    bool asked_ = false;
    std::optional<time> stalls_, closes_;
};

}  // namespace headroom::http::detail
