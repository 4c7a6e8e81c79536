// command/plan_source.hpp: a manifest with the options that change its figures.
#pragma once
#include <expected>
#include <iosfwd>
#include <string>
#include <vector>

#include "command/common_options.hpp"
#include "command/manifest.hpp"
#include "command/overrides.hpp"

namespace headroom::command {

/// FILE, --workers and its like, --limit and --set.
struct source_options {
    std::string file;
    times_options times;
    std::vector<std::string> limit, set;
    void declare(option_set& set);
};

/// A manifest, and the plan that is meant.
struct chosen_plan {
    manifest from;
    budget::plan of;                 ///< from.of with all options applied
    std::vector<std::string> notes;  ///< what the options would not do in reality
};

/// Reads the file, then applies --limit and then --set. Faults of the manifest are returned, a
/// wrong option throws usage_error.
std::expected<chosen_plan, std::vector<fault>> read_plan(const source_options& options,
                                                         std::istream& in);

/// "NAME=VALUE" as a pair; throws usage_error that names `option`.
override_pair split_pair(const std::string& option, const std::string& text);

}  // namespace headroom::command
