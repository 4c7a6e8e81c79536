#include "command/plan_command.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <ostream>

#include "command/common_options.hpp"
#include "command/plan_source.hpp"
#include "command/solve_options.hpp"
#include "headroom/budget/report.hpp"
#include "headroom/budget/solve_report.hpp"

namespace headroom::command {
namespace {

/// The options as typed.
struct plan_options {
    source_options source;
    std::string rule = "headroom";
    fit_options fit;
    advice_options advice;
    output_options output;
};

constexpr std::array<std::string_view, 2> rules{"headroom", "seed"};

void check(const plan_options& options) {
    require_one_of(rules, "--rule", options.rule);
    options.output.check();
    options.fit.keeps();
    if (options.fit.solve && options.rule != "headroom")
        throw usage_error("--rule: --solve judges by headroom alone");
    if (!options.fit.solve && options.advice.any())
        throw usage_error("--rate, --hold, --cores: are read by --solve alone");
}

budget::report report_on(chosen_plan from, const plan_options& options) {
    std::vector<budget::scenario> ifs;
    for (const auto& each : from.from.scenarios) ifs.push_back(apply(each, from.of));
    const auto by = options.rule == "seed" ? budget::rule::seed : budget::rule::headroom;
    auto made = budget::make_report(from.of, by, ifs);
    made.title = from.from.title;
    made.notes = std::move(from.notes);
    return made;
}

/// Prints a report or a solution, and returns the code its verdict deserves.
int print(const auto& made, const plan_options& options, std::ostream& to) {
    const auto format = options.output.wanted();
    to << (format == "json"       ? as_json(made)
           : format == "markdown" ? as_markdown(made)
                                  : as_table(made));
    return options.output.code_for(made.worst());
}

int run(const plan_options& options, streams io) {
    check(options);
    const auto& file = options.source.file;
    auto read = read_plan(options.source, io.in);
    if (!read) return print_faults(file, read.error(), io.err);
    if (!options.fit.solve) return print(report_on(std::move(*read), options), options, io.out);
    auto found = solve_plan(*read, options.fit.keeps());
    if (!found) return print_faults(file, found.error(), io.err);
    advise(*found, options.advice);
    return print(*found, options, io.out);
}

action declare_plan(option_set& set) {
    auto options = std::make_shared<plan_options>();
    options->source.declare(set);
    set.text("--rule", options->rule, "headroom, or seed: amber from 50 % of the raw limit");
    options->fit.declare(set);
    options->advice.declare(set);
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
            "  headroom plan seed.yaml --solve --limit 200 --workers 2\n"
            "  headroom plan seed.yaml --solve --cores 2 --rate persistence.cache=500 \\\n"
            "                --hold persistence.cache=2\n"
            "\n"
            "Exit codes: 0 done, 1 the verdict --fail-on names or worse, 64 wrong usage,\n"
            "65 the manifest has faults (all are printed, one a line).\n",
            declare_plan};
}

}  // namespace headroom::command
