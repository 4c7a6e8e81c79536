// runtime/backoff.hpp: how long to wait before the next attempt.
#pragma once
#include <chrono>
#include <cstdint>
#include <random>

namespace headroom {

struct backoff_bounds {
    std::chrono::milliseconds least{10};   ///< every wait is at least this long
    std::chrono::milliseconds base{100};   ///< the longest first wait
    std::chrono::milliseconds cap{5'000};  ///< the longest wait at all
};

/// The longest wait after `failures` failures: base doubled with each, at most cap.
std::chrono::milliseconds backoff_ceiling(const backoff_bounds& within, unsigned failures);

/// Capped exponential backoff with full jitter: each wait is uniform between `least` and a ceiling
/// that doubles. Many clients of one dead server thus spread their attempts evenly, with fewer
/// attempts in all than any other jitter (M. Brooker, "Exponential Backoff And Jitter", AWS
/// Architecture Blog, 2015). Pure: randomness is handed in. Not thread-safe.
class backoff {
public:
    /// Requires 0 <= least <= base <= cap.
    backoff(backoff_bounds within, std::minstd_rand random);

    /// The wait before the next attempt, after one more failure.
    std::chrono::milliseconds next();
    /// An attempt succeeded.
    void reset() noexcept { failures_ = 0; }
    unsigned failures() const noexcept { return failures_; }

private:
    backoff_bounds within_;
    std::minstd_rand random_;
    unsigned failures_ = 0;
};

}  // namespace headroom
