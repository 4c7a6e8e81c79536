// The service's program: which commands there are, and how their options reach them.
#include <CLI/CLI.hpp>
#include <iostream>

#include "headroom/budget/exit_code.hpp"
#include "service/migrate_command.hpp"
#include "service/serve.hpp"

namespace {

using namespace headroom::service;
namespace exit_code = headroom::budget::exit_code;

struct options {
    std::vector<std::string> overrides;
    std::string format = "table";
    bool json = false, status = false, dry_run = false;

    output as() const {
        if (json || format == "json") return output::json;
        return format == "markdown" ? output::markdown : output::table;
    }
    migrate_mode mode() const {
        if (dry_run) return migrate_mode::dry_run;
        return status ? migrate_mode::status : migrate_mode::apply;
    }
};

void add_format(CLI::App& to, options& into) {
    to.add_option("--format", into.format, "table, markdown or json")
        ->check(CLI::IsMember({"table", "markdown", "json"}));
    to.add_flag("--json", into.json, "The same as --format json");
}

void declare(CLI::App& app, options& into) {
    app.add_option("--set", into.overrides, "NAME=VALUE, before the environment; repeatable")
        ->expected(1)
        ->take_all();
    app.add_subcommand("serve", "Serve HTTP until SIGTERM");
    auto* migrate = app.add_subcommand("migrate", "Bring the schema up to date");
    auto* status =
        migrate->add_flag("--status", into.status, "Say what was applied and what is not");
    migrate->add_flag("--dry-run", into.dry_run, "Say what would be applied")->excludes(status);
    migrate->add_flag("--json", into.json, "Print JSON");
    add_format(*app.add_subcommand("plan", "Print the plan of what serve would open"), into);
    add_format(*app.add_subcommand("settings", "Print every setting, its value and its origin"),
               into);
    app.require_subcommand(1);
    app.fallthrough();
    app.footer(
        "Examples:\n"
        "  DATABASE_URL=postgresql://app@127.0.0.1/shop headroom-service serve\n"
        "  headroom-service --set DATABASE_ASYNC_POOL_SIZE=4 plan\n"
        "  headroom-service migrate --status\n\n"
        "Exit codes: 0 done, 64 usage, 75 server full or unreachable, 78 settings, budget, "
        "rights.");
}

std::vector<std::pair<std::string, std::string>> split(const std::vector<std::string>& overrides) {
    std::vector<std::pair<std::string, std::string>> pairs;
    for (const auto& each : overrides) {
        const auto at = each.find('=');
        if (at == 0 || at == std::string::npos)
            throw CLI::ValidationError("--set", "'" + each.substr(0, at) + "' is not NAME=VALUE");
        pairs.emplace_back(each.substr(0, at), each.substr(at + 1));
    }
    return pairs;
}

int run(const CLI::App& app, const options& given) {
    const auto with = read_settings(split(given.overrides));
    if (!with) {
        for (const auto& each : with.error())
            std::cerr << "headroom-service: " << each.message() << "\n";
        return exit_code::refused;
    }
    if (app.got_subcommand("migrate"))
        return migrate(*with, given.mode(), given.as(), std::cout, std::cerr);
    if (app.got_subcommand("plan")) return print_plan(*with, given.as(), std::cout, std::cerr);
    if (app.got_subcommand("settings")) return print_settings(*with, given.as(), std::cout);
    return serve(*with);
}

}  // namespace

int main(int argc, char** argv) {
    CLI::App app("A service that opens nothing outside its budget.", "headroom-service");
    app.set_version_flag("--version", "headroom-service " HEADROOM_VERSION);
    options given;
    declare(app, given);
    try {
        app.parse(argc, argv);
        return run(app, given);
    } catch (const CLI::Success& asked) {
        return app.exit(asked);
    } catch (const CLI::ParseError& wrong) {
        std::cerr << "headroom-service: " << wrong.what() << " (see --help)\n";
        return exit_code::usage;
    } catch (const std::exception& broken) {
        std::cerr << "headroom-service: " << broken.what() << "\n";
        return exit_code::internal;
    }
}
