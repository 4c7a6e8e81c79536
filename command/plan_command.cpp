#include "command/plan_command.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <ostream>

#include "command/fields.hpp"
#include "command/manifest.hpp"
#include "command/overrides.hpp"
#include "command/source_file.hpp"
#include "command/spelling.hpp"
#include "headroom/budget/report.hpp"

namespace headroom::command {
namespace {

using budget::colour;

/// The options as typed.
struct plan_options {
    std::string file, workers = "1", replicas = "1", surge = "0", terminating = "0";
    std::vector<std::string> set;
    std::string rule = "headroom", fail_on, format = "table";
    bool json = false;
};

using words = std::span<const std::string_view>;
constexpr std::array<std::string_view, 2> rules{"headroom", "seed"};
constexpr std::array<std::string_view, 2> colours{"amber", "red"};
constexpr std::array<std::string_view, 3> formats{"table", "markdown", "json"};

void require_one_of(words allowed, const std::string& option, const std::string& value) {
    if (holds(allowed, value)) return;
    throw usage_error(fmt::format("{}: is none of {}{} ({})", option, fmt::join(allowed, ", "),
                                  did_you_mean(value, allowed), quoted(value)));
}

void check(const plan_options& options) {
    require_one_of(rules, "--rule", options.rule);
    require_one_of(formats, "--format", options.format);
    if (!options.fail_on.empty()) require_one_of(colours, "--fail-on", options.fail_on);
}

budget::multipliers multipliers_of(const plan_options& options) {
    budget::multipliers times;
    const auto read = [&](std::string_view key, const std::string& value) {
        if (auto wrong = assign(times, key, value))
            throw usage_error(fmt::format("--{}: {}", key, *wrong));
    };
    read("workers", options.workers);
    read("replicas", options.replicas);
    read("surge", options.surge);
    read("terminating", options.terminating);
    return times;
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
    of.times = multipliers_of(options);
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

int verdict_of(const budget::report& made, const std::string& fail_on) {
    const auto worst = made.worst();
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

int run(const plan_options& options, streams io) {
    check(options);
    const auto text = read_source(options.file, io.in);
    if (!text) return print_faults(options.file, {text.error()}, io.err);
    const auto read = read_manifest(*text);
    if (!read) return print_faults(options.file, read.error(), io.err);
    const auto made = report_on(*read, options);
    const auto format = options.json ? "json" : options.format;
    io.out << (format == "json"       ? as_json(made)
               : format == "markdown" ? as_markdown(made)
                                      : as_table(made));
    return verdict_of(made, options.fail_on);
}

action declare(option_set& set) {
    auto options = std::make_shared<plan_options>();
    set.positional("FILE", options->file, "the manifest (YAML); - reads standard input");
    set.text("--workers", options->workers, "processes a replica (default 1)");
    set.text("--replicas", options->replicas, "replicas of the deployment (default 1)");
    set.text("--surge", options->surge, "further replicas while a deploy rolls: N or P%");
    set.text("--terminating", options->terminating, "replicas that still close meanwhile");
    set.texts("--set", options->set,
              "NAME=VALUE: consumer.key, resource.key, or a setting and so all who read it");
    set.text("--rule", options->rule, "headroom, or seed: amber from 50 % of the raw limit");
    set.text("--fail-on", options->fail_on, "amber or red: exit 1 at such a verdict or worse");
    set.text("--format", options->format, "table, markdown or json");
    set.flag("--json", options->json, "the same as --format json");
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
            declare};
}

}  // namespace headroom::command
