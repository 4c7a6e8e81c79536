// eventsourcing/detail/batch_size.hpp: how many events the next transaction takes.
//
// Grows while there is more to take than a batch holds and the server is fast, shrinks when a batch
// takes longer than its target: a batch never holds a writer session for long, and one flush is
// shared by as many events as that allows. Pure.
#pragma once
#include <algorithm>
#include <chrono>
#include <cstddef>

namespace headroom::eventsourcing::detail {

class batch_size {
public:
    static constexpr std::size_t first = 64;

    batch_size(std::size_t most, std::chrono::milliseconds target)
        : most_(std::max<std::size_t>(most, 1)), target_(target), now_(std::min(first, most_)) {}

    std::size_t now() const noexcept { return now_; }

    /// A batch of so many events was written in this time.
    void took(std::size_t events, std::chrono::nanoseconds time) noexcept {
        if (time > target_) return shrink();
        if (events >= now_ && time < target_ / 2) now_ = std::min(most_, now_ * 2);
    }
    /// A batch was too slow to be answered at all.
    void shrink() noexcept { now_ = std::max<std::size_t>(1, now_ / 2); }

private:
    const std::size_t most_;
    const std::chrono::nanoseconds target_;
    std::size_t now_;
};

}  // namespace headroom::eventsourcing::detail
