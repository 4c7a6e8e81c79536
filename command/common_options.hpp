// command/common_options.hpp: options that several subcommands have, read the same way in each.
#pragma once
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "command/manifest.hpp"
#include "command/subcommand.hpp"
#include "headroom/budget/verdict.hpp"

namespace headroom::command {

/// Throws usage_error unless `value` is one of the words.
void require_one_of(std::span<const std::string_view> allowed, const std::string& option,
                    const std::string& value);

/// --workers, --replicas, --surge, --terminating.
struct times_options {
    std::string workers, replicas, surge, terminating;
    void declare(option_set& set);
    budget::multipliers read() const;  ///< throws usage_error
};

/// --format, --json, --fail-on.
struct output_options {
    std::string fail_on, format = "table";
    bool json = false;
    void declare(option_set& set);
    void check() const;  ///< throws usage_error
    /// "table", "markdown" or "json".
    std::string wanted() const { return json ? "json" : format; }
    /// exit_code::verdict when the worst verdict is as bad as --fail-on says, else ok.
    int code_for(budget::colour worst) const;
};

/// One line a fault; returns exit_code::manifest.
int print_faults(const std::string& file, const std::vector<fault>& faults, std::ostream& to);

}  // namespace headroom::command
