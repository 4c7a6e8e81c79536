#include "command/audit_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>

#include "command/audit_looks.hpp"
#include "command/audit_targets.hpp"
#include "command/common_options.hpp"
#include "command/env_sources.hpp"
#include "command/live_screen.hpp"
#include "command/manifest.hpp"
#include "command/sampling_options.hpp"
#include "command/solve_options.hpp"
#include "command/source_file.hpp"
#include "command/spelling.hpp"
#include "headroom/fleet/audit_report.hpp"
#include "headroom/fleet/manifest_audit.hpp"
#include "headroom/runtime/quantity.hpp"
#include "headroom/runtime/stop_signals.hpp"

namespace headroom::command {
namespace {

using persistence::connect_info;

constexpr std::chrono::hours watch_max{24 * 365};        // without --sample: until Ctrl-C
constexpr std::chrono::milliseconds redraw_min{250};     // as fast as anybody reads
constexpr std::chrono::milliseconds drain_max{5'000};    // until every connection is closed

/// The options as typed.
struct audit_options {
    std::vector<std::string> postgres, redis, pgbouncer;
    std::string manifest, cores, timeout = "5s";
    sampling_options sampling;
    env_options env;
    times_options times;
    output_options output;
};

std::expected<connect_info, persistence::connect_faults> parse_postgres(std::string_view url) {
    return persistence::parse_connect_info(url);
}

std::expected<redis::connect_info, redis::connect_faults> parse_redis(std::string_view url) {
    auto at = redis::parse_connect_info(url);
    if (at && at->is_sentinel())
        return std::unexpected(redis::connect_faults{"name the servers, each is audited alone"});
    return at;
}

/// Names and addresses; a URL that cannot be read is a usage_error without the URL.
template <class Parse>
auto parse_all(const std::string& kind, const std::vector<std::string>& typed, Parse parse) {
    using where = typename std::invoke_result_t<Parse, std::string_view>::value_type;
    std::vector<std::pair<std::string, where>> all;
    for (const auto& [name, text] : split_names(typed, "--" + kind)) {
        auto parsed = parse(text);
        if (!parsed)
            throw usage_error(
                fmt::format("--{} {}: {}", kind, all.size() + 1, fmt::join(parsed.error(), "; ")));
        all.emplace_back(name, std::move(*parsed));
    }
    return all;
}

/// One call: what is to be looked at, with whose plan, and the pages that come of it.
class auditor {
public:
    auditor(const audit_options& options, streams& io) : options_(options), io_(io) {}

    /// The exit code, of the faults of files as well.
    int run() {
        const auto asked = options_.sampling.read(options_.output);
        const auto timeout = timeout_of(options_.timeout);
        if (!read_manifest_file() || !read_settings()) return exit_code::manifest;
        std::optional<stop_signals> signals;  // before any thread
        if (asked.goes_on()) signals.emplace({SIGWINCH});
        audit_looks looks(targets(), io_.names, timeout);
        looks.look_first(asked.goes_on());
        if (looks.looking_on()) go_on(looks, asked, timeout, *signals);
        looks.leave();
        signals.reset();
        const auto all = pages(looks);
        print(all);
        return code(all);
    }

private:
    /// Until the time is over or a signal comes; the report is the caller's.
    void go_on(audit_looks& looks, const sampling& asked, std::chrono::milliseconds timeout,
               stop_signals& signals) {
        const auto until = deadline::after(asked.length.value_or(watch_max));
        looks.look_on({asked.interval, until, timeout});
        bool stopped = false;
        {
            std::optional<live_screen> screen;
            if (asked.watch) screen.emplace();
            progress_line progress;
            const auto each = std::max(asked.interval, redraw_min);
            while (!until.passed() && !stopped) {
                if (screen) screen->draw(headline(looks, asked) + as_table(pages(looks)));
                if (!screen) progress.show(progress_of(looks, until));
                const int which = signals.wait_until(until.at_most(each));
                stopped = which == SIGINT || which == SIGTERM;
            }
        }
        signals.end_program_at_next(timeout + drain_max);
        looks.finish(stopped);
    }

    static std::string headline(const audit_looks& looks, const sampling& asked) {
        return fmt::format("headroom audit: {} looks, one every {}; Ctrl-C ends\n\n",
                           looks.looks(), headroom::to_string(asked.interval));
    }

    static std::string progress_of(const audit_looks& looks, deadline until) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(until.left());
        return fmt::format("headroom audit: {} looks, {} left, Ctrl-C ends", looks.looks(),
                           headroom::to_string(std::chrono::milliseconds(left)));
    }

    bool read_manifest_file() {
        if (options_.manifest.empty()) return true;
        const auto text = read_source(options_.manifest, io_.in);
        auto read = text ? read_manifest(*text) : std::unexpected(std::vector<fault>{text.error()});
        if (!read) {
            print_faults(options_.manifest, read.error(), io_.err);
            return false;
        }
        manifest_ = std::move(*read);
        manifest_->of.times = options_.times.read();
        for (const auto& each : manifest_->of.resources)
            limits_[each.name] = {each.limit, each.reserved, "limit", "from the manifest"};
        return true;
    }

    bool read_settings() {
        auto files = read_env_files(options_.env.files, io_.in);
        unread_ = std::move(files.unread);
        const auto cpus = cpus_of(options_.env);
        if (files.read.empty()) return true;
        const auto known = read_catalogues(options_.env.catalogues, io_);
        if (!known) return false;
        check_libraries(options_.env, *known);
        const env_terms terms{*known, options_.env.libraries, cpus,
                              !options_.times.workers.empty()};
        settings_ = audit_environment(files.read, terms, options_.times.read());
        if (manifest_) compare_with_manifest(*settings_, files.read, manifest_->of);
        return true;
    }

    /// The manifest's plan before that of the settings: the operator wrote it.
    const budget::plan* declared() const {
        if (manifest_) return &manifest_->of;
        return settings_ ? &settings_->plan : nullptr;
    }

    audit_targets targets() const {
        audit_targets all;
        all.declared = declared();
        if (const auto knee = read_knee(options_.cores)) all.cores = knee->cores;
        add_targets(all.postgres, "postgres", options_.postgres, parse_postgres);
        add_targets(all.redis, "redis", options_.redis, parse_redis);
        add_targets(all.pgbouncer, "pgbouncer", options_.pgbouncer, parse_postgres);
        if (all.size() == 0 && options_.env.files.empty())
            throw usage_error(
                "--postgres, --redis, --pgbouncer URL or --env-file FILE is required "
                "(see --help)");
        return all;
    }

    template <class Targets, class Parse>
    void add_targets(Targets& to, const std::string& kind, const std::vector<std::string>& typed,
                     Parse parse) const {
        for (const auto& [name, at] : parse_all(kind, typed, parse)) {
            const auto host = fmt::format("{}:{}", at.host, at.port);
            to.push_back({at, resource_of(kind, name, host, declared())});
        }
    }

    /// What was seen up to now, beside everything that was declared.
    std::vector<fleet::audit_page> pages(const audit_looks& looks) const {
        auto all = unread_;
        auto limits = limits_;
        looks.add_pages(all, limits);
        if (settings_) all.push_back(page_of(*settings_, limits));
        if (!manifest_) return all;
        auto page = fleet::page_of_manifest(manifest_->of, printable(options_.manifest));
        if (page) all.push_back(std::move(*page));
        return all;
    }

    void print(const std::vector<fleet::audit_page>& all) const {
        const auto format = options_.output.wanted();
        io_.out << (format == "json"       ? as_json(all)
                    : format == "markdown" ? as_markdown(all)
                                           : as_table(all));
    }

    int code(const std::vector<fleet::audit_page>& all) const {
        int code = exit_code::ok;
        for (const auto& each : all) {
            const auto& line = each.error.empty() ? each.lost : each.error;
            if (line.empty()) continue;
            io_.err << "headroom audit: " << line << "\n";
            code = std::max(code, each.exit_code);
        }
        return code != exit_code::ok ? code : options_.output.code_for(worst_of(all));
    }

    const audit_options& options_;
    streams& io_;
    std::optional<manifest> manifest_;
    std::optional<env_audit> settings_;
    limits_by_resource limits_;  // of the manifest
    std::vector<fleet::audit_page> unread_;
};

action declare_audit(option_set& set) {
    auto options = std::make_shared<audit_options>();
    set.texts("--postgres", options->postgres,
              "[NAME=]URL of a server; several times for several. NAME: the manifest's resource");
    set.texts("--redis", options->redis,
              "[NAME=]URL of a Redis (redis://, rediss://, unix://); several times for several");
    set.texts("--pgbouncer", options->pgbouncer,
              "[NAME=]URL of a PgBouncer's console (postgresql://); several times for several");
    options->env.declare(set);
    set.text("--manifest", options->manifest, "who was declared (YAML); - reads standard input");
    options->times.declare(set);
    set.text("--cores", options->cores, "of the PostgreSQL servers: sizes beyond what they like");
    set.text("--timeout", options->timeout, "for everything together (default 5s)");
    options->sampling.declare(set);
    options->output.declare(set);
    return [options](streams io) {
        options->output.check();
        return auditor(*options, io).run();
    };
}

}  // namespace

subcommand audit_command() {
    return {"audit", "Look at live servers and settings: limits, who holds what, undeclared ones",
            "Examples:\n"
            "  headroom audit --postgres postgresql://monitor@db/orders\n"
            "  headroom audit --postgres postgresql://monitor@db/orders --manifest plan.yaml\n"
            "  headroom audit --env-file web.env --env-file jobs.env --replicas 3 \\\n"
            "                 --postgres postgresql://monitor@db/orders --format markdown\n"
            "  headroom audit --pgbouncer postgresql://stats@pool:6432/pgbouncer \\\n"
            "                 --postgres postgresql://monitor@db/orders\n"
            "  headroom audit --redis rediss://watch@cache:6380 --postgres postgresql://m@db/a\n"
            "  headroom audit --postgres main=postgresql://m@db1/a --postgres "
            "reports=postgresql://m@db2/b \\\n"
            "                 --manifest plan.yaml --replicas 3 --fail-on amber --json\n"
            "  headroom audit --postgres postgresql://monitor@db/orders --sample 10min\n"
            "  headroom audit --postgres postgresql://monitor@db/orders --watch --interval 2s\n"
            "\n"
            "Opens one connection at a time, or with --sample and --watch keeps one to each\n"
            "server, and reads catalogues only. A sample judges peaks; Ctrl-C ends it with the\n"
            "report of what was seen. Any role that may connect will do; one with pg_monitor sees\n"
            "more. A password belongs in ~/.pgpass or the URL; it is never printed, nor is any\n"
            "value of an .env file but sizes. Without a manifest the settings of --env-file are\n"
            "what was declared.\n"
            "\n"
            "Exit codes: 0 done, 1 the verdict --fail-on names or worse, 64 wrong usage,\n"
            "65 the manifest has faults, or a file cannot be read, 75 a server is full or cannot\n"
            "be reached, 78 it refused the role, the password or the database.\n",
            declare_audit};
}

}  // namespace headroom::command
