// command/sampling_options.hpp: how often and for how long an audit looks: --sample, --watch.
#pragma once
#include <chrono>
#include <optional>
#include <string>

#include "command/common_options.hpp"

namespace headroom::command {

/// What was asked for; a single look asks for nothing.
struct sampling {
    std::optional<std::chrono::milliseconds> length;  ///< none: one look, or until Ctrl-C
    std::chrono::milliseconds interval{1'000};
    bool watch = false;

    bool goes_on() const noexcept { return watch || length; }
};

/// --sample, --interval, --watch as typed.
struct sampling_options {
    std::string sample, interval;
    bool watch = false;

    void declare(option_set& set);
    /// Throws usage_error, also where the output is none that can be watched.
    sampling read(const output_options& output) const;
};

inline constexpr std::chrono::milliseconds sample_min{1'000}, sample_max{std::chrono::hours(24)};
inline constexpr std::chrono::milliseconds interval_min{100}, interval_max{std::chrono::hours(1)};

}  // namespace headroom::command
