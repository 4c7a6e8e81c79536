#include "command/sampling_options.hpp"

#include <fmt/format.h>

#include "command/live_screen.hpp"
#include "headroom/runtime/quantity.hpp"

namespace headroom::command {
namespace {

std::chrono::milliseconds duration_in(const char* option, const std::string& typed,
                                      std::chrono::milliseconds min,
                                      std::chrono::milliseconds max) {
    const auto parsed = parse_duration(typed, std::chrono::seconds(1));
    if (!parsed || *parsed < min || *parsed > max)
        throw usage_error(fmt::format("{}: must be {} to {}, e.g. 10s", option,
                                      headroom::to_string(min), headroom::to_string(max)));
    return *parsed;
}

}  // namespace

void sampling_options::declare(option_set& set) {
    set.text("--sample", sample, "look again and again for so long, and judge peaks (1s to 24h)");
    set.text("--interval", interval, "between two looks (default 1s, at least 100ms)");
    set.flag("--watch", watch, "show the report live in the terminal until Ctrl-C");
}

sampling sampling_options::read(const output_options& output) const {
    sampling asked;
    asked.watch = watch;
    if (!sample.empty()) asked.length = duration_in("--sample", sample, sample_min, sample_max);
    if (!interval.empty() && !asked.goes_on())
        throw usage_error("--interval: only with --sample or --watch");
    if (!interval.empty())
        asked.interval = duration_in("--interval", interval, interval_min, interval_max);
    if (asked.length && asked.interval > *asked.length)
        throw usage_error("--interval: is longer than --sample");
    if (watch && output.wanted() == "json")
        throw usage_error("--watch: draws on a terminal, JSON is for programs: use --sample");
    if (watch && !is_terminal(terminal::output))
        throw usage_error("--watch: standard output is no terminal: use --sample");
    return asked;
}

}  // namespace headroom::command
