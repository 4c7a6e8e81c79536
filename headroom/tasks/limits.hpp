// tasks/limits.hpp: how many tasks may run at a time and begin in a second, over all workers.
//
//     all.handle<std::string>("shop:mail", {"to"}, send_mail,
//                             {.limits = {.concurrent = 2, .per_second = 5, .burst = 10}});
//
// They hold for a task's name, or for a queue as a whole, and are kept in Redis by its own clock,
// so that any number of workers obey them together. A task's limit counts within each queue by
// itself. A task that may not begin is put off: it is no failure and no delivery of it, and the
// tasks behind it go on. Workers of other languages know none of this.
#pragma once
#include <optional>
#include <string>

namespace headroom::tasks {

inline constexpr unsigned concurrent_max = 100'000;
inline constexpr double per_second_max = 100'000, per_second_min = 1.0 / 86'400;  // one a day
inline constexpr unsigned burst_max = 100'000;

struct run_limits {
    unsigned concurrent = 0;  ///< at a time; 0: any number
    double per_second = 0;    ///< that begin, in the long run; 0: any number
    unsigned burst = 0;       ///< that begin at once after a quiet time; 0: one

    bool any() const noexcept { return concurrent > 0 || per_second > 0; }
    unsigned tokens_max() const noexcept { return burst > 0 ? burst : 1; }
    bool operator==(const run_limits&) const = default;
};

/// What is wrong with them, as the end of "must ..."; nothing when they are sound.
std::optional<std::string> limits_fault(const run_limits& of);

}  // namespace headroom::tasks
