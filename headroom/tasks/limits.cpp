#include "headroom/tasks/limits.hpp"

#include <fmt/format.h>

namespace headroom::tasks {

std::optional<std::string> limits_fault(const run_limits& of) {
    if (of.concurrent > concurrent_max)
        return fmt::format("have concurrent of {} or less", concurrent_max);
    const bool is_slow = of.per_second != 0 && !(of.per_second >= per_second_min);
    if (is_slow || !(of.per_second <= per_second_max))
        return fmt::format("have per_second between one a day and {}", per_second_max);
    if (of.burst > burst_max) return fmt::format("have burst of {} or less", burst_max);
    if (of.burst > 0 && of.per_second == 0) return "have per_second where they have burst";
    return std::nullopt;
}

}  // namespace headroom::tasks
