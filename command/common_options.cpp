#include "command/common_options.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <ostream>

#include "command/fields.hpp"
#include "command/spelling.hpp"

namespace headroom::command {
namespace {

using budget::colour;

constexpr std::array<std::string_view, 2> colours{"amber", "red"};
constexpr std::array<std::string_view, 3> formats{"table", "markdown", "json"};

void read_times(budget::multipliers& into, std::string_view key, const std::string& value) {
    if (value.empty()) return;
    if (auto wrong = assign(into, key, value))
        throw usage_error(fmt::format("--{}: {}", key, *wrong));
}

}  // namespace

void require_one_of(std::span<const std::string_view> allowed, const std::string& option,
                    const std::string& value) {
    if (holds(allowed, value)) return;
    throw usage_error(fmt::format("{}: is none of {}{} ({})", option, fmt::join(allowed, ", "),
                                  did_you_mean(value, allowed), in_quotes(value)));
}

void times_options::declare(option_set& set) {
    set.text("--workers", workers, "processes a replica (default 1)");
    set.text("--replicas", replicas, "replicas of the deployment (default 1)");
    set.text("--surge", surge, "further replicas while a deploy rolls: N or P%");
    set.text("--terminating", terminating, "replicas that still close meanwhile");
}

budget::multipliers times_options::read() const {
    budget::multipliers times;
    read_times(times, "workers", workers);
    read_times(times, "replicas", replicas);
    read_times(times, "surge", surge);
    read_times(times, "terminating", terminating);
    return times;
}

void output_options::declare(option_set& set) {
    set.text("--fail-on", fail_on, "amber or red: exit 1 at such a verdict or worse");
    set.text("--format", format, "table, markdown or json");
    set.flag("--json", json, "the same as --format json");
}

void output_options::check() const {
    require_one_of(formats, "--format", format);
    if (!fail_on.empty()) require_one_of(colours, "--fail-on", fail_on);
}

int output_options::code_for(colour worst) const {
    const bool bad = fail_on == "red"     ? worst == colour::red
                     : fail_on == "amber" ? worst != colour::green
                                          : false;
    return bad ? exit_code::verdict : exit_code::ok;
}

int print_faults(const std::string& file, const std::vector<fault>& faults, std::ostream& to) {
    for (const auto& each : faults)
        to << fmt::format("{}:{}: {}: {}\n", file == "-" ? "<stdin>" : file, each.line, each.key,
                          each.what);
    return exit_code::manifest;
}

}  // namespace headroom::command
