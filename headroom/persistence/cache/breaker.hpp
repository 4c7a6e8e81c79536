// persistence/cache/breaker.hpp: whether Redis is worth asking, so that nobody waits for a server
// that does not answer.
//
// Closed until several attempts in a row got no answer; then open for a jittered pause that grows,
// after which one attempt is let through, whose answer closes it. A connection known to be lost
// opens it at once, until there is another one. Pure: time and randomness are handed in.
#pragma once
#include <random>

#include "headroom/runtime/backoff.hpp"
#include "headroom/runtime/deadline.hpp"

namespace headroom::cache {

class breaker {
public:
    using time_point = deadline::clock::time_point;
    static constexpr unsigned failures_max = 3;  ///< in a row, then it opens

    breaker(backoff_bounds pauses, std::minstd_rand random) : pause_(pauses, random) {}

    /// Whether an attempt may be made. Each that may ends with answered(), failed() or given_up().
    bool admits(time_point now) noexcept {
        if (down_ || trying_) return false;
        if (!open_) return true;
        if (now < until_) return false;
        return trying_ = true;
    }
    void answered() noexcept {
        trying_ = open_ = false;
        failures_ = 0;
        pause_.reset();
    }
    void failed(time_point now) {
        trying_ = false;
        if (++failures_ < failures_max) return;
        // Those under way when it opened say nothing new.
        if (open_ && now < until_) return;
        open_ = true;
        until_ = now + pause_.next();
    }
    /// It ended for a reason of its caller's.
    void given_up() noexcept { trying_ = false; }

    void down() noexcept { down_ = true; }
    void up() noexcept {
        down_ = false;
        answered();
    }
    bool closed() const noexcept { return !down_ && !open_; }

private:
    backoff pause_;
    unsigned failures_ = 0;
    time_point until_{};
    bool open_ = false, down_ = false, trying_ = false;
};

}  // namespace headroom::cache
