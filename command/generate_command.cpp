#include "command/generate_command.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <ostream>

#include "command/env_file.hpp"
#include "command/generated.hpp"
#include "command/pgbouncer_file.hpp"
#include "command/plan_source.hpp"
#include "command/service_unit.hpp"
#include "command/solve_options.hpp"

namespace headroom::command {
namespace {

/// The options as typed.
struct generate_options {
    std::string kind, profile = "dev", output;
    source_options source;
    fit_options fit;
    pgbouncer_options pgbouncer;
    systemd_options systemd;
    bool force = false;

    bool wants(std::string_view one) const { return kind == one || kind == "all"; }
};

constexpr std::array<std::string_view, 4> kinds{"env", "pgbouncer", "systemd", "all"};
constexpr std::array<std::string_view, 2> profiles{"dev", "production"};

void check(const generate_options& options) {
    require_one_of(kinds, "KIND", options.kind);
    require_one_of(profiles, "--profile", options.profile);
    options.fit.keeps();
    if (options.kind == "all" && options.output.empty())
        throw usage_error("--output: is missing: `all` are three files");
    if (options.force && options.output.empty())
        throw usage_error("--force: replaces files of --output DIR, which is missing");
    if (!options.wants("pgbouncer") && options.pgbouncer.any())
        throw usage_error("options of pgbouncer are read by `generate pgbouncer` and `all` alone");
    if (!options.wants("systemd") && options.systemd.any())
        throw usage_error("options of systemd are read by `generate systemd` and `all` alone");
}

int print_no_file(const generate_options& options, const no_file& why, std::ostream& to) {
    const auto& file = options.source.file;
    to << fmt::format("headroom generate {}: {}: {}\n", options.kind,
                      file == "-" ? "<stdin>" : file, why.what);
    return why.code;
}

/// Whether the limit of a resource binds the pooler that is generated, and not its clients.
bool is_pooled(const generate_options& options, const std::string& resource) {
    const auto& named = options.pgbouncer.resource;
    return options.wants("pgbouncer") &&
           (named.empty() ? budget::kind_of(resource) == "postgres" : named == resource);
}

/// What exceeds its limit: said of a plan for development, refused of one for production.
int check_verdicts(const generate_options& options, const chosen_plan& from, std::ostream& to) {
    int code = exit_code::ok;
    for (const auto& [all, is] : budget::make_report(from.of).resources) {
        if (is.is != budget::colour::red || is_pooled(options, all.of.name)) continue;
        to << fmt::format("headroom generate {}: {}: RED: {}; {}\n", options.kind, all.of.name,
                          is.reason,
                          options.fit.solve ? "even the least sizes do not fit"
                                            : "--solve chooses sizes that fit");
        if (options.profile == "production") code = exit_code::verdict;
    }
    return code;
}

std::vector<generated> generate(const generate_options& options, const chosen_plan& from) {
    std::vector<generated> files;
    if (options.wants("env")) files.push_back(env_file(from, options.profile));
    if (options.wants("pgbouncer")) files.push_back(pgbouncer_file(from, options.pgbouncer));
    if (options.wants("systemd"))
        files.push_back(service_unit(from, options.systemd, options.profile));
    return files;
}

/// Files that are generated together speak of each other.
void note_pooler(const generate_options& options, chosen_plan& in) {
    if (options.kind != "all") return;
    for (const auto& each : in.of.resources)
        if (is_pooled(options, each.name))
            in.notes.push_back(
                fmt::format("{} stands behind pgbouncer.ini: its limit binds the "
                            "pooler's servers, not the pooler's clients",
                            each.name));
}

int deliver(const generate_options& options, const chosen_plan& from, streams io) {
    std::vector<generated_file> files;
    for (auto& each : generate(options, from)) {
        if (!each) return print_no_file(options, each.error(), io.err);
        files.push_back(std::move(*each));
    }
    if (const auto code = check_verdicts(options, from, io.err); code != exit_code::ok) return code;
    if (options.output.empty())
        io.out << files.front().text;
    else
        write_all(files, options.output, options.force);
    return exit_code::ok;
}

int run(const generate_options& options, streams io) {
    check(options);
    const auto& file = options.source.file;
    auto read = read_plan(options.source, io.in);
    if (!read) return print_faults(file, read.error(), io.err);
    if (options.fit.solve) {
        auto found = solve_plan(*read, options.fit.keeps());
        if (!found) return print_faults(file, found.error(), io.err);
        read->of = std::move(found->sized);
        read->notes.push_back(fmt::format("sizes were chosen to keep within {}",
                                          budget::to_string(options.fit.keeps())));
    }
    note_pooler(options, *read);
    return deliver(options, *read, io);
}

action declare_generate(option_set& set) {
    auto options = std::make_shared<generate_options>();
    set.positional("KIND", options->kind, "env, pgbouncer, systemd, or all of them");
    options->source.declare(set);
    options->fit.declare(set);
    set.text("--profile", options->profile, "dev (default) or production: refuses what is RED");
    set.text("--output", options->output, "a folder to write into, in place of standard output");
    set.flag("--force", options->force, "replace files that are there already");
    options->pgbouncer.declare(set);
    options->systemd.declare(set);
    return [options](streams io) { return run(*options, io); };
}

}  // namespace

subcommand generate_command() {
    return {
        "generate", "Write the settings a plan asks for: .env, pgbouncer.ini, a systemd unit",
        "Examples:\n"
        "  headroom generate env plan.yaml\n"
        "  headroom generate env plan.yaml --profile production --replicas 3 --surge 1 --solve\n"
        "  headroom generate pgbouncer plan.yaml --limit 200 --workers 4 --host db.example\n"
        "  headroom generate systemd plan.yaml --name shop --exec \"/usr/bin/shop serve\"\n"
        "  headroom generate all plan.yaml --profile production --output deploy\n"
        "\n"
        "Every file states its arithmetic in comments. Nothing is replaced without --force.\n"
        "\n"
        "Exit codes: 0 done, 1 the plan does not fit its limits, 64 wrong usage,\n"
        "65 the manifest has faults, or lacks what the file needs.\n",
        declare_generate};
}

}  // namespace headroom::command
