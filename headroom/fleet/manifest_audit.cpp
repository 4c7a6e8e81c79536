#include "headroom/fleet/manifest_audit.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "headroom/fleet/runners.hpp"

namespace headroom::fleet {
namespace {

void find_unbounded(advice& into, const budget::row& row) {
    const bool http = budget::kind_of(row.resource) == "http";
    const auto setting = row.settings.empty() ? std::string() : row.settings.front();
    into.add(finding{
        http ? "HR-MF-HTTP" : "HR-MF-UNBOUNDED", http ? severity::low : severity::medium, row.name,
        fmt::format("nothing limits what it opens of {}: {} estimated, {} times", row.resource,
                    budget::to_text(row.estimated), row.times),
        setting.empty() ? "no setting changes it" : "set " + setting, row.estimated.value_or(0)});
    into.add(fix{fix::price::application_restart,
                 setting.empty() ? fmt::format("give {} one shared client with a limit", row.name)
                                 : fmt::format("limit {} by {}", row.name, setting),
                 0, fmt::format("the sum of {} is known", row.resource)});
}

bool may_be_open(const budget::row& row) {
    return !row.is_reserve && row.times > 0 && row.when == budget::phase::steady;
}

void find_pollers_of(advice& into, const budget::total& all) {
    pollers_and_runners both;
    both.where = all.of.name;
    for (const auto& row : all.rows) {
        if (!may_be_open(row)) continue;
        if (names_poller(row.name)) {
            both.pollers.push_back(row.name);
            both.units += row.total.value_or(row.estimated.value_or(0));
        } else if (names_runner(row.name)) {
            both.runners.push_back(row.name);
        }
    }
    fix how{fix::price::application_restart,
            fmt::format("run without {}", fmt::join(both.pollers, ", ")), 0, {}};
    if (all.peak)
        how.effect = fmt::format("{} becomes {}", *all.peak,
                                 *all.peak - std::min(*all.peak, both.units));
    find_pollers(into, "HR-MF-POLLER", both, "names of consumers in the manifest", std::move(how));
}

/// Nobody but the machine where they run knows the limit, so it has to be stated.
void find_unlimited_threads(advice& into, std::string id, const budget::total& threads) {
    into.add(finding{std::move(id), severity::low, threads.of.name,
                     fmt::format("{} at the peak, and no limit was stated for them",
                                 budget::to_text(threads.peak, threads.estimated_peak)),
                     threads.arithmetic, threads.peak.value_or(0)});
    into.add(fix{fix::price::session,
                 fmt::format("state their limit in the manifest's resources: {}: {{limit: N}}, the "
                             "smaller of RLIMIT_NPROC and pids.max",
                             threads.of.name),
                 0, "a thread that cannot start is known before"});
}

}  // namespace

void find_threads(advice& into, std::string id, const budget::total& threads) {
    if (threads.rows.empty()) return;
    const auto usable = threads.of.usable();
    if (!usable) return find_unlimited_threads(into, std::move(id), threads);
    const auto is = budget::judge(threads);
    if (is.is != budget::colour::red && is.is != budget::colour::amber) return;
    const bool beyond = is.is == budget::colour::red;
    into.add(finding{std::move(id), beyond ? severity::high : severity::medium, threads.of.name,
                     fmt::format("{}{}", is.reason,
                                 beyond ? ": a thread that cannot start fails with EAGAIN" : ""),
                     threads.arithmetic, threads.least_peak});
    const auto needed = budget::limit_to_fit(threads);
    if (beyond && needed)
        into.add(fix{fix::price::application_restart,
                     fmt::format("raise the limit of {} (TasksMax, LimitNPROC, pids.max) from {} "
                                 "to {}",
                                 threads.of.name, budget::to_text(threads.of.limit), *needed),
                     0, fmt::format("{} fit", threads.least_peak)});
}

std::optional<audit_page> page_of_manifest(const budget::plan& declared, std::string target) {
    audit_page page;
    page.kind = "Manifest";
    page.target = std::move(target);
    page.verdict = {budget::colour::green, budget::rule::headroom, "the manifest by itself"};
    for (const auto& total : budget::add_up(declared)) {
        for (const auto& row : total.rows)
            if (!row.total && row.overflow.kind == budget::overflow_kind::unbounded)
                find_unbounded(page.says, row);
        const auto kind = budget::kind_of(total.of.name);
        if (kind == "threads") find_threads(page.says, "HR-MF-THREADS", total);
        if (kind == "postgres") find_pollers_of(page.says, total);
    }
    if (page.says.findings.empty()) return {};
    page.says.weigh(page.verdict);
    page.summary = {page.verdict.reason};
    return page;
}

}  // namespace headroom::fleet
