// http/detail/client_patience.hpp: how long a client may make a body wait that is sent in pieces.
//
// A wait for each piece would let it hold its handler's place for as long as there are pieces:
// however small they are, so many bytes have one wait together. A piece of more has no longer one.
// What their source takes is not counted.
#pragma once
#include <algorithm>
#include <cstddef>

#include "headroom/runtime/deadline.hpp"

namespace headroom::http::detail {

class client_patience {
public:
    using duration = deadline::clock::duration;

    /// `wait_max` for each `bytes`, and never more at once.
    client_patience(duration wait_max, std::size_t bytes) noexcept
        : wait_max_(wait_max), bytes_(bytes), left_(wait_max) {}

    /// When the client has to have taken so many bytes.
    deadline due(deadline::clock::time_point now, std::size_t bytes) const noexcept {
        return deadline(now + std::min(wait_max_, left_ + earned(bytes)));
    }
    /// It has, and made us wait so long.
    void took(std::size_t bytes, duration waited) noexcept {
        left_ = std::clamp(left_ + earned(bytes) - waited, duration(0), wait_max_);
    }

private:
    duration earned(std::size_t bytes) const noexcept {
        const double part = static_cast<double>(bytes) / static_cast<double>(bytes_);
        return std::chrono::duration_cast<duration>(wait_max_ * std::min(part, 1.0));
    }

    const duration wait_max_;
    const std::size_t bytes_;
    duration left_;
};

}  // namespace headroom::http::detail
