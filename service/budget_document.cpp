#include "service/budget_document.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "headroom/budget/grid.hpp"
#include "headroom/budget/report.hpp"

namespace headroom::service {
namespace {

using budget::figure;
using budget::grid;
using budget::row;

struct counted {
    std::string name;  ///< "16 projections"
    unsigned projections = 0, processes = 1;
};

// ---- the plan ----

/// The plan of a process that runs so many projections, on a server with PostgreSQL's defaults.
std::expected<budget::plan, setting_fault> plan_of(settings with, duty of, const counted& many) {
    with.events.runners_max = many.projections == 0
                                  ? 0
                                  : std::max(with.events.runners_max, many.projections);
    budget::book book;
    if (auto declared = declare(book, with, of, {}); !declared)
        return std::unexpected(std::move(declared.error()));
    book.learn("postgres", assumed_limit, assumed_reserved);
    auto made = book.planned();
    made.times.workers = many.processes;
    return made;
}

budget::judged judged_of(const budget::plan& of, std::string_view resource) {
    for (auto& each : budget::make_report(of).resources)
        if (each.all.of.name == resource) return each;
    return {};
}

// ---- inventory ----

std::string overflow_cell(const row& of) {
    if (of.is_reserve) return "";
    if (of.overflow.kind == budget::overflow_kind::shared)
        return of.overflow.units > 0 ? fmt::format("shared, at most {}", of.overflow.units)
                                     : "shared";
    return std::to_string(of.overflow.units);
}

std::string settings_cell(const row& of) {
    if (of.is_reserve)
        return of.resource == redis::resource ? "Yes (`REDIS_POOL_SIZE`)"
                                              : "Yes (`HEADROOM_RESERVE_POSTGRES`)";
    if (of.settings.empty()) return of.hardcoded ? "No (one is enough)" : "No";
    std::vector<std::string> names;
    for (const auto& each : of.settings) names.push_back("`" + each + "`");
    return fmt::format("Yes ({})", fmt::join(names, ", "));
}

std::string phase_of(const row& of) {
    if (of.when == budget::phase::start) return " (closed before the rest opens)";
    if (of.when == budget::phase::deploy) return " (deploy only)";
    return "";
}

std::string connections_table(const budget::total& of) {
    grid table{{"Source", "Package", "Pool Size", "Max Overflow", "Total Possible", "Configurable"},
               {}};
    for (const auto& each : of.rows)
        table.rows.push_back({each.is_reserve ? "reserve, shared by all bursts"
                                              : each.name + phase_of(each),
                              each.package, each.is_reserve ? "" : budget::to_text(each.floor),
                              overflow_cell(each), budget::to_text(each.max),
                              settings_cell(each)});
    return budget::markdown(table);
}

std::string threads_table(const budget::total& of) {
    grid table{{"Source", "Package", "Count", "Configurable"}, {}};
    for (const auto& each : of.rows)
        table.rows.push_back(
            {each.name, each.package, budget::to_text(each.total), settings_cell(each)});
    return budget::markdown(table);
}

std::string_view redis_note(const budget::judged& of) {
    if (of.all.rows.empty())
        return "None: without `REDIS_URL` the process opens no connection to Redis.";
    return "One connection is shared by all callers. The reserve is for the time in which the "
           "close of a lost one is\nnot known yet.";
}

/// The HTTP client's row among those of descriptors; null where the process has none.
const row* client_row(const budget::total& files) {
    const auto found = std::ranges::find(files.rows, http::client_consumer, &row::name);
    return found == files.rows.end() ? nullptr : &*found;
}

std::string client_note(const budget::total& files) {
    const auto* client = client_row(files);
    if (client == nullptr) return "None: this process asks no other server.";
    return fmt::format(
        "{} at most, to all servers together (`HEADROOM_HTTP_CLIENT_CONNECTIONS`), of these as "
        "many to one\nserver as `HEADROOM_HTTP_CLIENT_PER_HOST` says. Identity providers are "
        "asked for their keys by it. Each\nis a descriptor: the row `{}` below.",
        budget::to_text(client->max), client->name);
}

std::string inventory(const budget::plan& of) {
    const auto files = judged_of(of, "files").all;
    const auto redis = judged_of(of, redis::resource);
    return fmt::format(
        "## Resource Inventory\n\n### PostgreSQL Connections\n\n{}\n"
        "A shared overflow borrows from the one reserve and adds nothing to the sum. No row is "
        "per projection:\nprojections share the feed and the writers.\n\n"
        "### Redis Connections\n\n{}\n{}\n\n"
        "### HTTP Client Connections\n\n{}\n\n"
        "### Background Threads/Tasks\n\n{}\n"
        "Projections, the feed and the event store are coroutines on the reactors: none has a "
        "thread.\n\n### File Descriptors\n\n{}\n",
        connections_table(judged_of(of, "postgres").all),
        connections_table(redis.all), redis_note(redis), client_note(files),
        threads_table(judged_of(of, "threads").all), threads_table(files));
}

// ---- summary ----

std::vector<std::string> summary_row(const std::string& name, const budget::judged& of) {
    return {name, of.all.arithmetic, budget::to_text(of.all.sum),
            fmt::format("{} ({} usable)", assumed_limit, assumed_limit - assumed_reserved),
            fmt::format("{} -- {}", budget::to_string(of.is.is), of.is.reason)};
}

std::vector<counted> scenarios() {
    return {{"no projections", 0, 1},  {"4 projections", 4, 1},
            {"16 projections", 16, 1}, {"64 projections", 64, 1},
            {"4 projections, 2 processes", 4, 2}, {"4 projections, 4 processes", 4, 4}};
}

std::expected<std::string, setting_fault> summary(const settings& with, duty of,
                                                  const budget::plan& own) {
    grid table{{"Resource", "Calculation", "Total", "Default Limit", "Status"}, {}};
    for (const auto& each : scenarios()) {
        if (of == duty::project && each.projections == 0) continue;
        const auto plan = plan_of(with, of, each);
        if (!plan) return std::unexpected(plan.error());
        table.rows.push_back(summary_row(fmt::format("PostgreSQL connections ({})", each.name),
                                         judged_of(*plan, "postgres")));
    }
    const auto redis = judged_of(own, redis::resource).all;
    const bool none = redis.rows.empty();
    table.rows.push_back({"Redis connections", none ? "none without `REDIS_URL`" : redis.arithmetic,
                          none ? "0" : budget::to_text(redis.sum), "10000, read at start",
                          none ? "GREEN" : "refused at start where it does not fit"});
    const auto files = judged_of(own, "files").all;
    const auto* client = client_row(files);
    table.rows.push_back({"HTTP client connections",
                          client == nullptr ? "none" : "one client, bounded",
                          client == nullptr ? "0" : budget::to_text(client->max),
                          "of each server asked", "GREEN"});
    for (const auto& [name, shown] : {std::pair("threads", "Threads (any number of projections)"),
                                      std::pair("files", "File descriptors")}) {
        const auto found = judged_of(own, name);
        table.rows.push_back({shown, found.all.arithmetic, budget::to_text(found.all.sum),
                              "read at start", "refused at start where it does not fit"});
    }
    return fmt::format(
        "### Total Budget Summary (Default Limit: PostgreSQL's own, max_connections {} with {} "
        "reserved)\n\n{}\n",
        assumed_limit, assumed_reserved, budget::markdown(table));
}

// ---- findings ----

struct finding {
    std::string id, severity, state, description, recommendation;
};

std::uint64_t most(const settings& with, duty of, const counted& many) {
    const auto plan = plan_of(with, of, many);
    return plan ? judged_of(*plan, "postgres").all.sum.value_or(0) : 0;
}

finding r1(const budget::judged& all) {
    const bool fits = all.is.is == budget::colour::green || all.is.is == budget::colour::amber;
    return {"XC-R1", "HIGH", fits ? "PASS" : "FAIL",
            fmt::format("One process opens at most {}: {}. The start adds the same rows up, reads "
                        "the server's limit, and refuses, clamps, warns or waits before it opens "
                        "them; {}.",
                        budget::to_text(all.all.sum), all.all.arithmetic, all.is.reason),
            "None."};
}

finding r2(const budget::judged& redis) {
    const auto& all = redis.all;
    return {"XC-R2", "MEDIUM", "PASS",
            all.rows.empty()
                ? std::string("Without `REDIS_URL` nothing opens a connection to Redis. With it "
                              "one process opens one, shared by all callers, and one more while a "
                              "lost one is closing.")
                : fmt::format("One process opens at most {}: {}. One connection is shared by all "
                              "callers; `maxclients` is read at the start and compared.",
                              budget::to_text(all.sum), all.arithmetic),
            "None. `headroom-service plan --role work` has those of tasks: three, whatever is in "
            "flight, and `--role schedule` has one; commands that ask for tasks open none."};
}

finding r3(const budget::judged& threads) {
    return {"XC-R3", "LOW", "PASS",
            fmt::format("{} threads: {}. Each is constructed from a lease; `/healthz` shows them "
                        "beside what the kernel counts.",
                        budget::to_text(threads.all.sum), threads.all.arithmetic),
            "None."};
}

finding r4(const settings& with, duty of) {
    const auto few = most(with, of, {"", 4, 1}), many = most(with, of, {"", 64, 1});
    return {"XC-R4", "HIGH", few == many ? "PASS" : "FAIL",
            fmt::format("4 projections open {} connections, 64 open {}. `MAX_PROJECTION_RUNNERS` "
                        "({}) is enforced: one more refuses to start and is named. Every overflow "
                        "is bounded by the reserve. Of Redis see XC-R2.",
                        few, many, with.events.runners_max),
            "None."};
}

finding r5(const budget::judged& all) {
    std::size_t settable = 0, fixed = 0, wide = 0;
    for (const auto& each : all.all.rows) {
        if (each.is_reserve || each.configurable) ++settable;
        else ++fixed;
        if (each.hardcoded && each.max.value_or(0) > 1) ++wide;
    }
    return {"XC-R5", "MEDIUM", wide == 0 ? "PASS" : "FAIL",
            fmt::format("{} rows follow a setting; {} are one connection each and need none. "
                        "`.env.dev` and `.env.production` are added up by a test against the "
                        "servers they name.",
                        settable, fixed),
            "None."};
}

finding r6() {
    return {"XC-R6", "MEDIUM", "PASS",
            "There is one kind of runner. A second one of the same projection in a process is "
            "refused; between processes a session lock gives it one owner, and the checkpoint's "
            "epoch fences whoever lost it.",
            "None."};
}

finding r7(const budget::plan& own) {
    const auto files = judged_of(own, "files").all;
    return {"XC-R7", "LOW", "PASS",
            client_row(files) == nullptr
                ? "This process has no HTTP client."
                : "A process has one HTTP client, whatever asks by it; its connections are a row "
                  "of the plan and are kept alive between requests.",
            "None."};
}

std::string findings(const settings& with, duty of, const budget::plan& own) {
    const auto connections = judged_of(own, "postgres");
    grid table{{"ID", "Severity", "State", "Description", "Recommendation"}, {}};
    for (const auto& each :
         {r1(connections), r2(judged_of(own, redis::resource)), r3(judged_of(own, "threads")),
          r4(with, of), r5(connections), r6(), r7(own)})
        table.rows.push_back(
            {each.id, each.severity, each.state, each.description, each.recommendation});
    return fmt::format("## Findings\n\n{}\n", budget::markdown(table));
}

// ---- analysis ----

std::string analysis(const settings& with, duty of, const budget::plan& own) {
    const auto all = judged_of(own, "postgres").all;
    const auto four = most(with, of, {"", 4, 4});
    std::uint64_t floors = 0;
    for (const auto& each : all.rows)
        if (!each.is_reserve && each.when == budget::phase::steady) floors += *each.floor;
    return fmt::format(
        "## Analysis\n\n### The Sum\n\n{} connections are always open, and {} more are shared by "
        "every burst: {} in all. The stack whose audit\nthis page follows adds up to 115 with four "
        "projections, because every projection brings a pool of its own.\n\n### Projections Cost "
        "Nothing\n\nAll of them read one feed and write over the same {} connections, so the sum "
        "does not depend on their\nnumber.\n\n### Processes Multiply\n\nFour processes may open "
        "{}. One process uses all cores by its reactors, so a second is for availability, not\nfor "
        "speed.\n\n### Recommendations Priority\n\n1. **Before production:** give "
        "`HEADROOM_PROJECTOR_URL` to a login of its own, so that the app's login stays bound by\n"
        "   row security.\n2. **With more than one process:** multiply the sum, and leave room for "
        "one more while a deploy rolls.\n",
        floors, budget::to_text(all.of.reserve), budget::to_text(all.sum), with.events.writers,
        four);
}

}  // namespace

std::expected<std::string, setting_fault> budget_document(const settings& with, duty of) {
    const auto own = plan_of(with, of, {"", with.events.runners_max, 1});
    if (!own) return std::unexpected(own.error());
    auto table = summary(with, of, *own);
    if (!table) return std::unexpected(std::move(table.error()));
    return fmt::format(
        "# Resource Budget -- headroom-service {}\n\nWritten by `headroom-service plan --format "
        "markdown` from the consumers a process declares before it opens\nanything. No server was "
        "asked.\n\n{}{}{}{}",
        to_string(of), inventory(*own), *table, findings(with, of, *own), analysis(with, of, *own));
}

}  // namespace headroom::service
