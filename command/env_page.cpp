#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "command/env_audit.hpp"
#include "headroom/budget/report.hpp"
#include "headroom/fleet/manifest_audit.hpp"

namespace headroom::command {
namespace {

using fleet::cell;
using fleet::finding;
using fleet::ledger_audit;
using fleet::page_table;
using fleet::severity;

/// As a resource audit lists them: who, how large, changed by what, and where each number is from.
page_table inventory_of(const std::vector<env_pool>& of, std::string_view kind,
                        std::string title) {
    page_table table{fmt::format("{}_pools", kind),
                     std::move(title),
                     {{"name", "Source"},
                      {"library", "Package"},
                      {"resource", ""},
                      {"pool", "Pool Size"},
                      {"overflow", "Max Overflow"},
                      {"times", "Times"},
                      {"total", "Total Possible"},
                      {"settings", "Configurable"},
                      {"target", "URL"},
                      {"pool_from", "Pool From"},
                      {"overflow_from", ""},
                      {"times_from", "Times From"}},
                     {}};
    for (const auto& each : of) {
        if (!each.open.resource.starts_with(kind)) continue;
        const auto max = each.open.max();
        const auto total = max ? budget::figure(*max * each.times) : budget::figure{};
        const auto settings = fmt::format("{}", fmt::join(each.open.settings, ", "));
        const auto shown = [&](budget::figure units) {
            return budget::to_text(units, each.open.estimate);
        };
        table.rows.push_back(
            {each.open.name, each.title, each.open.resource,
             cell(each.open.pool).as(shown(each.open.pool)), cell(each.overflow.units),
             std::uint64_t{each.times}, cell(total).as(shown(total)),
             each.open.hardcoded ? cell(settings).as("no") : cell(settings).as("yes: " + settings),
             each.target, each.pool.from, each.overflow.from, each.times_from});
    }
    return table;
}

struct judged_resource {
    ledger_audit sum;
    fleet::known_limit limit;
};

std::vector<judged_resource> judge(const env_audit& of, const limits_by_resource& limits) {
    std::vector<judged_resource> all;
    for (const auto& each : of.plan.resources) {
        const auto at = limits.find(each.name);
        auto limit = at == limits.end() ? fleet::known_limit{} : at->second;
        if (limit.how.empty()) limit.how = "no server of it was looked at";
        all.push_back({fleet::audit_declared(of.plan, each.name, limit), limit});
    }
    return all;
}

page_table summary_of(const std::vector<judged_resource>& all) {
    page_table table{"totals",
                     "Total Budget Summary",
                     {{"resource", "Resource"},
                      {"calculation", "Calculation"},
                      {"peak", "Total"},
                      {"limit", "Limit"},
                      {"status", "Status"},
                      {"reason", ""},
                      {"limit_from", "Limit From"}},
                     {}};
    for (const auto& [sum, limit] : all)
        table.rows.push_back(
            {cell(sum.resource).as(budget::headline(sum.resource)), sum.arithmetic,
             cell(sum.peak.peak).as(budget::to_text(sum.peak.peak, sum.peak.estimated_peak)),
             cell(limit.limit), budget::to_string(sum.verdict.is), sum.verdict.reason, limit.how});
    return table;
}

/// The sum that does not fit, with its largest part.
void find_sum(fleet::advice& says, const ledger_audit& sum) {
    const auto is = sum.verdict.is;
    if (is != budget::colour::red && is != budget::colour::amber) return;
    const auto* largest = budget::largest(sum.peak);
    says.add(finding{"HR-EN-SUM", is == budget::colour::red ? severity::high : severity::medium,
                     sum.resource, fmt::format("{}: {}", sum.verdict.reason, sum.arithmetic),
                     largest == nullptr ? ""
                                        : fmt::format("the largest part: {}, {}", largest->name,
                                                      budget::to_text(largest->total)),
                     sum.peak.peak.value_or(0)});
}

/// Threads have the limit that the manifest states: their machine was not looked at.
budget::total threads_of(const env_audit& of, const limits_by_resource& limits) {
    budget::plan plan;
    const auto at = limits.find("threads");
    plan.resources.push_back({"threads", {}, 0, 0});
    if (at != limits.end()) {
        plan.resources[0].limit = at->second.limit;
        plan.resources[0].reserved = at->second.reserved;
    }
    plan.times = of.plan.times;
    for (const auto& each : of.threads) plan.consumers.push_back(each.open);
    return budget::add_up(plan, plan.resources[0]);
}

}  // namespace

fleet::audit_page page_of(const env_audit& of, const limits_by_resource& limits) {
    fleet::audit_page page;
    page.kind = "Settings";
    page.target = of.target;
    page.says = static_cast<const fleet::advice&>(of);
    page.verdict = {budget::colour::green, budget::rule::headroom, ""};
    const auto all = judge(of, limits);
    for (const auto& [sum, limit] : all) {
        page.summary.push_back(
            fmt::format("{}: {} ({})", sum.resource, sum.verdict.reason, limit.how));
        find_sum(page.says, sum);
        for (const auto& each : sum.fixes) page.says.add(each);
        if (badness(sum.verdict.is) <= badness(page.verdict.is)) continue;
        page.verdict.is = sum.verdict.is;
        page.verdict.reason = fmt::format("{}: {}", sum.resource, sum.verdict.reason);
    }
    if (of.pools.empty()) page.summary.push_back("no pool of PostgreSQL or Redis was recognised");
    fleet::find_threads(page.says, "HR-EN-THREADS", threads_of(of, limits));
    page.says.weigh(page.verdict);
    page.inventory = {inventory_of(of.pools, "postgres", "PostgreSQL Connections"),
                      inventory_of(of.pools, "redis", "Redis Connections")};
    if (!of.threads.empty())
        page.inventory.push_back(inventory_of(of.threads, "threads", "Background Threads"));
    page.inventory.push_back(summary_of(all));
    return page;
}

}  // namespace headroom::command
