#include "command/audit_command.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <ostream>

#include "command/audit_targets.hpp"
#include "command/common_options.hpp"
#include "command/env_sources.hpp"
#include "command/manifest.hpp"
#include "command/solve_options.hpp"
#include "command/source_file.hpp"
#include "command/spelling.hpp"
#include "headroom/fleet/audit_report.hpp"
#include "headroom/fleet/live_audit_page.hpp"
#include "headroom/fleet/pooler_probe.hpp"
#include "headroom/fleet/redis_probe.hpp"
#include "headroom/fleet/unbounded_audit.hpp"

namespace headroom::command {
namespace {

using persistence::connect_info;

/// The options as typed.
struct audit_options {
    std::vector<std::string> postgres, redis, pgbouncer;
    std::string manifest, cores, timeout = "5s";
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
        const auto timeout = timeout_of(options_.timeout);
        if (!read_manifest_file() || !read_settings()) return exit_code::manifest;
        parse_targets();
        shared_time time(timeout, postgres_.size() + redis_.size() + pgbouncer_.size());
        look_at_postgres(time);
        look_at_redis(time);
        look_at_pgbouncer(time);
        if (settings_) pages_.push_back(page_of(*settings_, limits_));
        look_at_manifest();
        print();
        return code();
    }

private:
    template <class Where>
    struct target {
        Where at;
        std::string resource;
    };

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
        for (auto& each : files.unread) pages_.push_back(std::move(each));
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

    void parse_targets() {
        for (const auto& [name, at] : parse_all("postgres", options_.postgres, parse_postgres)) {
            const auto host = fmt::format("{}:{}", at.host, at.port);
            postgres_.push_back({at, resource_of("postgres", name, host, declared())});
        }
        for (const auto& [name, at] : parse_all("redis", options_.redis, parse_redis)) {
            const auto host = fmt::format("{}:{}", at.host, at.port);
            redis_.push_back({at, resource_of("redis", name, host, declared())});
        }
        for (const auto& [name, at] : parse_all("pgbouncer", options_.pgbouncer, parse_postgres)) {
            const auto host = fmt::format("{}:{}", at.host, at.port);
            pgbouncer_.push_back({at, resource_of("pgbouncer", name, host, declared())});
        }
        if (postgres_.empty() && redis_.empty() && pgbouncer_.empty() && options_.env.files.empty())
            throw usage_error(
                "--postgres, --redis, --pgbouncer URL or --env-file FILE is required "
                "(see --help)");
    }

    /// One after the other: never more than one connection of ours.
    void look_at_postgres(shared_time& time) {
        const auto knee = read_knee(options_.cores);
        std::vector<fleet::audit_outcome> all;
        for (const auto& each : postgres_) {
            fleet::audit_terms terms;
            terms.resource = each.resource;
            terms.declared = declared();
            terms.cores = knee ? knee->cores : 0;
            all.push_back(fleet::audit_server(each.at, terms, time.next(), io_.names));
            if (all.back().audit) remember(*all.back().audit, each.at);
        }
        fleet::mark_same_servers(all);
        for (const auto& each : all) pages_.push_back(page_of(each));
    }

    void look_at_redis(shared_time& time) {
        for (const auto& each : redis_) {
            fleet::redis_terms terms;
            terms.resource = each.resource;
            terms.declared = declared();
            const auto outcome = fleet::audit_redis(each.at, terms, time.next(), io_.names);
            if (outcome.audit)
                limits_[each.resource] = {outcome.audit->peak.of.limit, 0, "maxclients",
                                          "read from " + outcome.target};
            pages_.push_back(page_of(outcome));
        }
    }

    void look_at_pgbouncer(shared_time& time) {
        for (const auto& each : pgbouncer_) {
            fleet::pooler_terms terms;
            terms.resource = each.resource;
            terms.declared = declared();
            terms.servers = behind_;
            pages_.push_back(page_of(fleet::audit_pooler(each.at, terms, time.next(), io_.names)));
        }
    }

    void look_at_manifest() {
        if (!manifest_) return;
        auto page = fleet::page_of_unbounded(manifest_->of, printable(options_.manifest));
        if (page) pages_.push_back(std::move(*page));
    }

    void remember(const fleet::live_audit& of, const connect_info& at) {
        behind_.push_back({of.target, at.host, at.port, of.room.usable, of.facts.backends});
        const auto& peak = of.peak.of;
        limits_[of.resource] = {peak.limit, peak.reserved, "max_connections",
                                "read from " + of.target};
    }

    void print() const {
        const auto format = options_.output.wanted();
        io_.out << (format == "json"       ? as_json(pages_)
                    : format == "markdown" ? as_markdown(pages_)
                                           : as_table(pages_));
    }

    int code() const {
        int code = exit_code::ok;
        for (const auto& each : pages_) {
            if (each.error.empty()) continue;
            io_.err << "headroom audit: " << each.error << "\n";
            code = std::max(code, each.exit_code);
        }
        return code != exit_code::ok ? code : options_.output.code_for(worst_of(pages_));
    }

    const audit_options& options_;
    streams& io_;
    std::optional<manifest> manifest_;
    std::optional<env_audit> settings_;
    std::vector<target<connect_info>> postgres_;
    std::vector<target<redis::connect_info>> redis_;
    std::vector<target<connect_info>> pgbouncer_;
    std::vector<fleet::server_behind> behind_;  // a pooler: what PostgreSQL can give
    limits_by_resource limits_;
    std::vector<fleet::audit_page> pages_;
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
            "\n"
            "Opens one connection at a time and reads catalogues only. Any role that may connect\n"
            "will do; one with pg_monitor sees more. A password belongs in ~/.pgpass or the URL;\n"
            "it is never printed, nor is any value of an .env file but sizes. Without a manifest\n"
            "the settings of --env-file are what was declared.\n"
            "\n"
            "Exit codes: 0 done, 1 the verdict --fail-on names or worse, 64 wrong usage,\n"
            "65 the manifest has faults, or a file cannot be read, 75 a server is full or cannot\n"
            "be reached, 78 it refused the role, the password or the database.\n",
            declare_audit};
}

}  // namespace headroom::command
