// The service's program: which commands there are, and how their options reach them.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <iostream>

#include "headroom/budget/exit_code.hpp"
#include "service/migrate_command.hpp"
#include "service/operator_key_command.hpp"
#include "service/project.hpp"
#include "service/projections_command.hpp"
#include "service/schedule.hpp"
#include "service/schedules_command.hpp"
#include "service/serve.hpp"
#include "service/tasks_command.hpp"
#include "service/work.hpp"

namespace {

using namespace headroom::service;
namespace exit_code = headroom::budget::exit_code;

struct options {
    std::vector<std::string> overrides;
    std::string format = "table", role = "serve";
    bool json = false, status = false, dry_run = false;
    projections_request projections;
    tasks_request tasks;
    bool of_schedules = false;  // of the two, which was asked for
    schedules_request schedules;

    output as() const {
        if (json || format == "json") return output::json;
        return format == "markdown" ? output::markdown : output::table;
    }
    duty of() const {
        if (role == "work") return duty::work;
        if (role == "schedule") return duty::schedule;
        return role == "project" ? duty::project : duty::serve;
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

void declare_projections(CLI::App& app, options& into) {
    auto* group = app.add_subcommand("projections", "See and steer the read models");
    group->require_subcommand(1);
    group->fallthrough();
    const auto verb = [&](const char* name, projections_verb is, const char* help) {
        auto* made = group->add_subcommand(name, help);
        made->add_flag("--json", into.json, "Print JSON");
        made->callback([&into, is] { into.projections.verb = is; });
        if (is != projections_verb::list)
            made->add_option("NAME", into.projections.name, "The projection")->required();
        return made;
    };
    using enum projections_verb;
    verb("list", list, "Where each stands, who runs it, what it had to put aside");
    verb("pause", pause, "Commit no further batch");
    verb("resume", resume, "Go on");
    verb("rewind", rewind, "Read again; from 0 the read model is emptied and built anew")
        ->add_option("--to", into.projections.to, "The position to go back to; 0 by default")
        ->check(CLI::NonNegativeNumber);
    verb("replay", replay, "Try parked events again")
        ->add_option("--stream", into.projections.stream, "Of this stream alone: its UUID");
}

void declare_schedules(CLI::App& tasks, options& into) {
    const auto verb = [&](const char* name, schedules_verb is, const char* help) {
        auto* made = tasks.add_subcommand(name, help);
        made->add_flag("--json", into.json, "Print JSON");
        made->callback([&into, is] {
            into.of_schedules = true;
            into.schedules.verb = is;
        });
        if (is != schedules_verb::list)
            made->add_option("ID", into.schedules.id, "The schedule's")->required();
        return made;
    };
    using enum schedules_verb;
    verb("schedules", list, "What is sent when: the next and the last time of each");
    verb("unschedule", remove, "Remove a schedule");
    auto* added = verb("schedule", add, "Add a schedule, or replace the one of that id");
    added->add_option("TASK", into.schedules.task, "The task's name")->required();
    added->add_option("--arguments", into.schedules.arguments, "A JSON array; [] by default");
    auto* when = added->add_option_group("when");
    auto* cron = when->add_option("--cron", into.schedules.cron, "Five fields");
    when->add_option("--every", into.schedules.every, "Seconds between two")
        ->check(CLI::PositiveNumber);
    when->add_option("--at", into.schedules.at, "Once: 2031-02-03T04:05:06+02:00; UTC if unsaid");
    when->require_option(1);
    added->add_option("--zone", into.schedules.zone, "Where cron's clock stands; UTC by default")
        ->needs(cron);
}

void declare_tasks(CLI::App& app, options& into) {
    auto* group = app.add_subcommand("tasks", "See and steer the queue of tasks");
    group->require_subcommand(1);
    group->fallthrough();
    group->add_option("--queue", into.tasks.queue, "Another queue than TASKIQ_STREAM_PREFIX");
    const auto verb = [&](const char* name, tasks_verb is, const char* help) {
        auto* made = group->add_subcommand(name, help);
        made->add_flag("--json", into.json, "Print JSON");
        made->callback([&into, is] { into.tasks.verb = is; });
        return made;
    };
    const auto of_letter = [&](CLI::App* made) {
        auto* id = made->add_option("ID", into.tasks.letter, "The letter's, as inspect shows it");
        made->add_flag("--all", into.tasks.all, "Every letter of the queue")->excludes(id);
    };
    using enum tasks_verb;
    verb("queues", queues, "What waits, runs, is delayed and dead");
    auto* inspected = verb("inspect", inspect, "Dead letters, the oldest first");
    inspected->add_option("--limit", into.tasks.most, "At most so many; 50 by default")
        ->check(CLI::Range(1, 1'000));
    inspected->add_option("--after", into.tasks.after, "Those behind this letter");
    of_letter(verb("requeue", requeue, "Send a dead letter's task again"));
    of_letter(verb("drop", drop, "Delete a dead letter"));
    verb("pause", pause, "No worker fetches from the queue");
    verb("resume", resume, "Workers fetch again");
    declare_schedules(*group, into);
}

void declare(CLI::App& app, options& into) {
    app.add_option("--set", into.overrides, "NAME=VALUE, before the environment; repeatable")
        ->expected(1)
        ->take_all();
    app.add_subcommand("serve", "Serve HTTP, and run projections, until SIGTERM");
    app.add_subcommand("project", "Run projections alone until SIGTERM");
    app.add_subcommand("work", "Run tasks until SIGTERM");
    app.add_subcommand("schedule", "Send tasks when they are due until SIGTERM");
    auto* migrate = app.add_subcommand("migrate", "Bring the schema up to date");
    auto* status =
        migrate->add_flag("--status", into.status, "Say what was applied and what is not");
    migrate->add_flag("--dry-run", into.dry_run, "Say what would be applied")->excludes(status);
    migrate->add_flag("--json", into.json, "Print JSON");
    auto* plan = app.add_subcommand("plan", "Print the plan of what serve would open");
    add_format(*plan, into);
    plan->add_option("--role", into.role, "serve, project, work or schedule: whose plan")
        ->check(CLI::IsMember({"serve", "project", "work", "schedule"}));
    add_format(*app.add_subcommand("settings", "Print every setting, its value and its origin"),
               into);
    declare_projections(app, into);
    declare_tasks(app, into);
    app.add_subcommand("operator-key", "Make an API key of the platform's own, and print it");
    app.require_subcommand(1);
    app.fallthrough();
    app.footer(
        "Examples:\n"
        "  DATABASE_URL=postgresql://app@127.0.0.1/shop headroom-service serve\n"
        "  headroom-service --set DATABASE_ASYNC_POOL_SIZE=4 plan\n"
        "  headroom-service migrate --status\n"
        "  headroom-service projections rewind tenancy.tenants\n"
        "  headroom-service tasks inspect --json\n\n"
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

int run(const CLI::App& app, const options& given, headroom::blocking_resolver& names) {
    const auto with = read_settings(split(given.overrides));
    if (!with) {
        for (const auto& each : with.error())
            std::cerr << "headroom-service: " << each.message() << "\n";
        return exit_code::refused;
    }
    if (app.got_subcommand("migrate"))
        return migrate(*with, given.mode(), given.as(), std::cout, std::cerr);
    if (app.got_subcommand("plan"))
        return print_plan(*with, given.of(), given.as(), std::cout, std::cerr);
    if (app.got_subcommand("settings")) return print_settings(*with, given.as(), std::cout);
    if (app.got_subcommand("projections"))
        return projections(*with, given.projections, given.as(), names, std::cout, std::cerr);
    if (app.got_subcommand("tasks") && given.of_schedules) {
        auto asked = given.schedules;
        asked.queue = given.tasks.queue;
        return operate_schedules(*with, asked, given.as(), names, std::cout, std::cerr);
    }
    if (app.got_subcommand("tasks"))
        return operate_tasks(*with, given.tasks, given.as(), names, std::cout, std::cerr);
    if (app.got_subcommand("operator-key"))
        return make_operator_key(*with, std::cout, std::cerr);
    if (app.got_subcommand("project")) return project(*with);
    if (app.got_subcommand("work")) return work(*with);
    if (app.got_subcommand("schedule")) return schedule(*with);
    return serve(*with);
}

int run(int argc, char** argv, headroom::blocking_resolver& names) {
    CLI::App app("A service that opens nothing outside its budget.", "headroom-service");
    app.set_version_flag("--version", "headroom-service " HEADROOM_VERSION);
    options given;
    declare(app, given);
    try {
        app.parse(argc, argv);
        return run(app, given, names);
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

}  // namespace

int main(int argc, char** argv) {
    headroom::blocking_resolver names;
    const int code = run(argc, argv, names);
    if (!names.hanging()) return code;
    // Nobody can end a look-up that hangs in the system's resolver but the end of the process.
    std::cout.flush();
    std::cerr.flush();
    std::_Exit(code);
}
