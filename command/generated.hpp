// command/generated.hpp: a file of settings that follows from a plan, and how it is delivered.
#pragma once
#include <expected>
#include <string>
#include <vector>

#include "command/plan_source.hpp"
#include "headroom/budget/report.hpp"

namespace headroom::command {

struct generated_file {
    std::string name;  ///< within its folder: "pgbouncer.ini"
    std::string text;
};

/// Why nothing can be generated from a plan, and what the command's exit code says about it.
struct no_file {
    int code = 0;      ///< exit_code::usage, manifest or verdict
    std::string what;  ///< one line that names the setting and its value
};

using generated = std::expected<generated_file, no_file>;

/// The opening comment of every file: what it is, the title, and for how many processes. `mark`
/// begins a comment: "#".
std::string opening(const std::string& what, const chosen_plan& from, std::string_view mark);
/// Each resource's verdict with its arithmetic, as comments.
std::string accounts(const chosen_plan& from, std::string_view mark);

/// A consumer of the resource whose maximum nobody states, in a line that says how to state it;
/// empty when there is none. Estimates count when `guesses` do.
std::string unknown_maximum(const budget::plan& in, const budget::resource& of, bool guesses);

/// Writes all files into a folder, or none: throws usage_error when one exists and `force` does not
/// allow to replace it, or when one cannot be written.
void write_all(const std::vector<generated_file>& files, const std::string& folder, bool force);

}  // namespace headroom::command
