// tasks/cron/cron_table.hpp: the minutes a cron expression means, whatever its dialect.
#pragma once
#include <array>
#include <bitset>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

namespace headroom::tasks {

/// What is wrong with an expression: "minute: a step of 0".
struct cron_fault {
    std::string what;
};

/// Minutes of a local clock: which it is true of, and the next one.
struct cron_table {
    std::bitset<60> minutes;
    std::bitset<24> hours;
    std::bitset<13> months;                 ///< 1 to 12
    std::array<std::bitset<7>, 32> days{};  ///< by day, 1 to 31, and weekday, Sunday first
    bool fixed_times = false;  ///< hours are named: once a local day, also when the clock is moved

    bool matches(std::chrono::sys_seconds wall) const;
    /// The first minute at or after `from` and before `until` it is true of.
    std::optional<std::chrono::sys_seconds> next_minute(std::chrono::sys_seconds from,
                                                        std::chrono::sys_seconds until) const;
};

}  // namespace headroom::tasks
