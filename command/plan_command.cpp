#include "command/plan_command.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <ostream>

#include "command/common_options.hpp"
#include "command/manifest.hpp"
#include "command/overrides.hpp"
#include "command/source_file.hpp"
#include "command/spelling.hpp"
#include "headroom/budget/report.hpp"

namespace headroom::command {
namespace {

/// The options as typed.
struct plan_options {
    std::string file, rule = "headroom";
    times_options times;
    output_options output;
    std::vector<std::string> set;
};

constexpr std::array<std::string_view, 2> rules{"headroom", "seed"};

void check(const plan_options& options) {
    require_one_of(rules, "--rule", options.rule);
    options.output.check();
}

std::vector<override_pair> overrides_of(const plan_options& options) {
    std::vector<override_pair> pairs;
    for (const auto& each : options.set) {
        const auto equals = each.find('=');
        if (equals == std::string::npos || equals == 0)
            throw usage_error(fmt::format("--set: must be NAME=VALUE ({})", quoted(each)));
        pairs.emplace_back(each.substr(0, equals), each.substr(equals + 1));
    }
    return pairs;
}

void override_figures(budget::plan& in, const std::vector<override_pair>& pairs) {
    for (const auto& [name, value] : pairs)
        if (auto wrong = override_figure(in, name, value))
            throw usage_error(fmt::format("--set {}: {}", quoted(name), *wrong));
}

budget::report report_on(const manifest& from, const plan_options& options) {
    const auto pairs = overrides_of(options);
    auto of = from.of;
    of.times = options.times.read();
    auto notes = notes_on_shared_settings(of, pairs);
    override_figures(of, pairs);
    std::vector<budget::scenario> ifs;
    for (const auto& each : from.scenarios) ifs.push_back(apply(each, of));
    const auto by = options.rule == "seed" ? budget::rule::seed : budget::rule::headroom;
    auto made = budget::make_report(of, by, ifs);
    made.title = from.title;
    made.notes = std::move(notes);
    return made;
}

int run(const plan_options& options, streams io) {
    check(options);
    const auto text = read_source(options.file, io.in);
    if (!text) return print_faults(options.file, {text.error()}, io.err);
    const auto read = read_manifest(*text);
    if (!read) return print_faults(options.file, read.error(), io.err);
    const auto made = report_on(*read, options);
    const auto format = options.output.wanted();
    io.out << (format == "json"       ? as_json(made)
               : format == "markdown" ? as_markdown(made)
                                      : as_table(made));
    return options.output.code_for(made.worst());
}

action declare_plan(option_set& set) {
    auto options = std::make_shared<plan_options>();
    set.positional("FILE", options->file, "the manifest (YAML); - reads standard input");
    options->times.declare(set);
    set.texts("--set", options->set,
              "NAME=VALUE: consumer.key, resource.key, or a setting and so all who read it");
    set.text("--rule", options->rule, "headroom, or seed: amber from 50 % of the raw limit");
    options->output.declare(set);
    return [options](streams io) { return run(*options, io); };
}

}  // namespace

subcommand plan_command() {
    return {"plan", "Add up who opens what, and judge it against the limits",
            "Examples:\n"
            "  headroom plan examples/plans/seed.yaml\n"
            "  headroom plan seed.yaml --workers 4 --set postgres.limit=500\n"
            "  headroom plan seed.yaml --replicas 3 --surge 25% --fail-on amber\n"
            "  headroom plan seed.yaml --set POSTGRES_POOL_SIZE=1 --json\n"
            "  headroom plan - --rule seed --format markdown < seed.yaml\n"
            "\n"
            "Exit codes: 0 done, 1 the verdict --fail-on names or worse, 64 wrong usage,\n"
            "65 the manifest has faults (all are printed, one a line).\n",
            declare_plan};
}

}  // namespace headroom::command
