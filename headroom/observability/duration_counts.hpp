// observability/duration_counts.hpp: durations, counted where they end and shown as a histogram.
#pragma once
#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>

namespace headroom::observability {

/// How many durations fell into each bucket, and their sum. Plain data, as thread-safe as its owner
/// makes it; adding one costs nanoseconds and allocates nothing.
struct duration_counts {
    /// Upper bounds for what usually takes 0.1 ms to 10 s.
    static constexpr std::array<std::chrono::microseconds, 16> bounds{{
        std::chrono::microseconds(100), std::chrono::microseconds(250),
        std::chrono::microseconds(500), std::chrono::milliseconds(1),
        std::chrono::microseconds(2'500), std::chrono::milliseconds(5),
        std::chrono::milliseconds(10), std::chrono::milliseconds(25),
        std::chrono::milliseconds(50), std::chrono::milliseconds(100),
        std::chrono::milliseconds(250), std::chrono::milliseconds(500),
        std::chrono::milliseconds(1'000), std::chrono::milliseconds(2'500),
        std::chrono::milliseconds(5'000), std::chrono::milliseconds(10'000),
    }};

    std::array<std::uint64_t, bounds.size() + 1> buckets{};  ///< the last: longer than all bounds
    std::chrono::nanoseconds sum{0};

    void add(std::chrono::nanoseconds took) noexcept {
        const auto at = std::ranges::lower_bound(bounds, took) - bounds.begin();
        ++buckets[static_cast<std::size_t>(at)];
        sum += took;
    }
};

}  // namespace headroom::observability
