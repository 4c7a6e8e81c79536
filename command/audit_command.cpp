#include "command/audit_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>

#include "command/common_options.hpp"
#include "command/fields.hpp"
#include "command/manifest.hpp"
#include "command/source_file.hpp"
#include "headroom/fleet/audit_report.hpp"
#include "headroom/runtime/quantity.hpp"

namespace headroom::command {
namespace {

using namespace std::chrono_literals;
using persistence::connect_info;

constexpr std::chrono::milliseconds timeout_min = 10ms, timeout_max = 10min;

/// The options as typed.
struct audit_options {
    std::vector<std::string> servers;
    std::string manifest, timeout = "5s";
    times_options times;
    output_options output;
};

/// A server to look at, and whose part of the manifest it is.
struct server {
    std::string name;  ///< as typed before the URL; may be empty
    connect_info at;
    std::string resource = "postgres";
};

/// "reports=postgresql://..." as name and URL. The text may hold a password: it is never printed.
server parse_server(const std::string& text, std::size_t number) {
    const auto scheme = text.find("://");
    const auto equals = text.find('=');
    const bool named =
        equals != std::string::npos && scheme != std::string::npos && equals < scheme;
    auto parsed = persistence::parse_connect_info(named ? text.substr(equals + 1) : text);
    if (!parsed)
        throw usage_error(
            fmt::format("--postgres {}: {}", number, fmt::join(parsed.error(), "; ")));
    server one{named ? text.substr(0, equals) : std::string(), std::move(*parsed)};
    if (named && one.name.size() > name_max) throw usage_error("--postgres: the name is too long");
    return one;
}

std::vector<std::string> postgres_resources(const budget::plan& of) {
    std::vector<std::string> names;
    for (const auto& each : of.resources)
        if (each.name == "postgres" || each.name.starts_with("postgres:"))
            names.push_back(each.name);
    return names;
}

/// The resource of the manifest a server stands for: by its name, or because there is only one.
std::string resource_of(const server& one, const budget::plan& declared) {
    const auto known = postgres_resources(declared);
    for (const auto& each : known)
        if (each == one.name || each == "postgres:" + one.name) return each;
    if (one.name.empty() && known.size() == 1) return known.front();
    throw usage_error(fmt::format("--postgres: say which of {} each server is, as NAME=URL",
                                  known.empty()
                                      ? "the manifest's resources (it has none for PostgreSQL)"
                                      : fmt::format("{}", fmt::join(known, ", "))));
}

std::vector<server> servers_of(const audit_options& options, const budget::plan* declared) {
    if (options.servers.empty()) throw usage_error("--postgres URL is required (see --help)");
    if (options.servers.size() > servers_max)
        throw usage_error(fmt::format("--postgres: at most {} servers", servers_max));
    std::vector<server> all;
    for (const auto& each : options.servers) {
        all.push_back(parse_server(each, all.size() + 1));
        if (declared != nullptr)
            all.back().resource = resource_of(all.back(), *declared);
        else if (!all.back().name.empty())
            all.back().resource = all.back().name;
    }
    return all;
}

std::chrono::milliseconds timeout_of(const audit_options& options) {
    const auto parsed = parse_duration(options.timeout, 1s);
    if (!parsed || *parsed < timeout_min || *parsed > timeout_max)
        throw usage_error("--timeout: must be 10ms to 10min, e.g. 5s");
    return *parsed;
}

/// One after the other: never more than one connection of ours. A server that does not answer
/// leaves the others their share of the time.
std::vector<fleet::audit_outcome> look(const std::vector<server>& servers,
                                       const budget::plan* declared,
                                       std::chrono::milliseconds timeout,
                                       blocking_resolver& names) {
    const auto until = deadline::after(timeout);
    std::vector<fleet::audit_outcome> all;
    for (const auto& each : servers) {
        const auto left = static_cast<std::int64_t>(servers.size() - all.size());
        fleet::audit_terms terms;
        terms.resource = each.resource;
        terms.declared = declared;
        const auto share = until.at_most(until.left() / left);
        all.push_back(fleet::audit_server(each.at, terms, share, names));
    }
    fleet::mark_same_servers(all);
    return all;
}

int code_of(const std::vector<fleet::audit_outcome>& all, const output_options& output,
            std::ostream& err) {
    int code = exit_code::ok;
    for (const auto& each : all) {
        if (each.audit) continue;
        err << "headroom audit: " << each.error << "\n";
        code = std::max(code, each.exit_code);
    }
    return code != exit_code::ok ? code : output.code_for(worst_of(all));
}

int run(const audit_options& options, streams io) {
    options.output.check();
    const auto timeout = timeout_of(options);
    std::optional<manifest> declared;
    if (!options.manifest.empty()) {
        const auto text = read_source(options.manifest, io.in);
        if (!text) return print_faults(options.manifest, {text.error()}, io.err);
        auto read = read_manifest(*text);
        if (!read) return print_faults(options.manifest, read.error(), io.err);
        declared = std::move(*read);
        declared->of.times = options.times.read();
    }
    const auto* plan = declared ? &declared->of : nullptr;
    const auto all = look(servers_of(options, plan), plan, timeout, io.names);
    const auto format = options.output.wanted();
    io.out << (format == "json"       ? as_json(all)
               : format == "markdown" ? as_markdown(all)
                                      : as_table(all));
    return code_of(all, options.output, io.err);
}

action declare_audit(option_set& set) {
    auto options = std::make_shared<audit_options>();
    set.texts("--postgres", options->servers,
              "[NAME=]URL of a server; several times for several. NAME: the manifest's resource");
    set.text("--manifest", options->manifest, "who was declared (YAML); - reads standard input");
    options->times.declare(set);
    set.text("--timeout", options->timeout, "for everything together (default 5s)");
    options->output.declare(set);
    return [options](streams io) { return run(*options, io); };
}

}  // namespace

subcommand audit_command() {
    return {"audit", "Look at live servers: limits, who holds what, who was not declared",
            "Examples:\n"
            "  headroom audit --postgres postgresql://monitor@db/orders\n"
            "  headroom audit --postgres postgresql://monitor@db/orders --manifest plan.yaml\n"
            "  headroom audit --postgres main=postgresql://m@db1/a --postgres "
            "reports=postgresql://m@db2/b \\\n"
            "                 --manifest plan.yaml --replicas 3 --fail-on amber --json\n"
            "\n"
            "Opens one connection at a time and reads catalogues only. Any role that may connect\n"
            "will do; one with pg_monitor sees more. A password belongs in ~/.pgpass or the URL;\n"
            "it is never printed.\n"
            "\n"
            "Exit codes: 0 done, 1 the verdict --fail-on names or worse, 64 wrong usage,\n"
            "65 the manifest has faults, 75 a server is full or cannot be reached, 78 it refused\n"
            "the role, the password or the database.\n",
            declare_audit};
}

}  // namespace headroom::command
