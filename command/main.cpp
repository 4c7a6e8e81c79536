// The operator's command: which subcommands there are, and how their options reach them.
#include <CLI/CLI.hpp>
#include <cstdlib>
#include <exception>
#include <iostream>
#include <list>

#include "command/audit_command.hpp"
#include "command/generate_command.hpp"
#include "command/plan_command.hpp"
#include "headroom/runtime/secret.hpp"

namespace {

using namespace headroom::command;

constexpr auto version = "headroom " HEADROOM_VERSION;

/// Options declared to CLI11, the only place that knows it.
class cli_options final : public option_set {
public:
    explicit cli_options(CLI::App& app) : app_(app) {}

    void positional(const std::string& name, std::string& into, const std::string& help) override {
        app_.add_option(name, into, help)->required();
    }
    void text(const std::string& name, std::string& into, const std::string& help) override {
        app_.add_option(name, into, help);
    }
    void texts(const std::string& name, std::vector<std::string>& into,
               const std::string& help) override {
        app_.add_option(name, into, help)->expected(1)->take_all();
    }
    void flag(const std::string& name, bool& into, const std::string& help) override {
        app_.add_flag(name, into, help);
    }

private:
    CLI::App& app_;
};

/// One line on the standard error, whatever was wrong with the command line.
int usage(const std::string& where, const std::string& what) {
    // What was typed may be a URL with a password.
    std::cerr << where << ": " << headroom::mask_url(what) << "\n";
    return exit_code::usage;
}

struct registered {
    CLI::App* app;
    action act;
};

std::list<registered> register_all(CLI::App& app) {
    std::list<registered> all;
    for (const auto& each : {plan_command(), audit_command(), generate_command()}) {
        auto* sub = app.add_subcommand(each.name, each.summary);
        sub->footer(each.examples);
        cli_options options(*sub);
        all.push_back({sub, each.declare(options)});
    }
    return all;
}

int dispatch(CLI::App& app, std::list<registered>& all, int argc, char** argv, streams io) {
    try {
        app.parse(argc, argv);
    } catch (const CLI::Success& asked) {  // --help, --version
        return app.exit(asked);
    } catch (const CLI::ParseError& wrong) {
        return usage("headroom", std::string(wrong.what()) + " (see --help)");
    }
    for (auto& [sub, act] : all) {
        if (!sub->parsed()) continue;
        try {
            return act(io);
        } catch (const usage_error& wrong) {
            return usage("headroom " + sub->get_name(), wrong.what());
        }
    }
    return exit_code::usage;
}

int run(int argc, char** argv, streams io) try {
    CLI::App app("Plans, audits and enforces one budget for connections, threads and clients.",
                 "headroom");
    app.set_version_flag("--version", version);
    app.require_subcommand(1);
    app.footer("Examples:\n  headroom plan examples/plans/seed.yaml\n"
               "  headroom audit --postgres postgresql://monitor@db/orders\n"
               "  headroom generate all plan.yaml --profile production --output deploy\n");
    auto all = register_all(app);
    return dispatch(app, all, argc, argv, io);
} catch (const std::exception& broken) {
    std::cerr << "headroom: " << broken.what() << "\n";
    return exit_code::refused;
}

}  // namespace

int main(int argc, char** argv) {
    headroom::blocking_resolver names;
    const int code = run(argc, argv, {std::cin, std::cout, std::cerr, names});
    if (!names.hanging()) return code;
    // Nobody can end a look-up that hangs in the system's resolver but the end of the process.
    std::cout.flush();
    std::cerr.flush();
    std::_Exit(code);
}
