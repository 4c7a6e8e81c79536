// persistence/cache/trust.hpp: how long this process may believe that it has heard every
// invalidation.
//
// Messages and answers come over one connection, in order. So an answer to what was asked at S
// proves that every invalidation before S has been heard, and the local level is believed for
// `trust_ms` from S on: whatever becomes of the network, nothing older than that is given. No timer
// is needed: whoever reads asks for the next proof before the last one has aged. Pure.
#pragma once
#include <chrono>
#include <optional>

#include "headroom/runtime/deadline.hpp"

namespace headroom::cache {

class trust {
public:
    using time_point = deadline::clock::time_point;

    explicit trust(std::chrono::milliseconds trust_ms) : for_(trust_ms) {}

    /// The connection hears invalidations.
    void listens() noexcept { listening_ = true; }
    /// It does not, and nothing that was proven counts.
    void lost() noexcept {
        listening_ = false;
        proven_.reset();
    }
    /// What was asked at `asked` has been answered.
    void answered(time_point asked) noexcept {
        if (listening_ && (!proven_ || *proven_ < asked)) proven_ = asked;
    }

    bool listening() const noexcept { return listening_; }
    bool holds(time_point now) const noexcept { return proven_ && now - *proven_ < for_; }
    /// Half of it is over.
    bool ages(time_point now) const noexcept { return !proven_ || now - *proven_ >= for_ / 2; }

private:
    const std::chrono::milliseconds for_;
    std::optional<time_point> proven_;
    bool listening_ = false;
};

}  // namespace headroom::cache
