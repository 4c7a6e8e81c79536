#include "headroom/fleet/unbounded_audit.hpp"

#include <fmt/format.h>

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

}  // namespace

std::optional<audit_page> page_of_unbounded(const budget::plan& declared, std::string target) {
    audit_page page;
    page.kind = "Manifest";
    page.target = std::move(target);
    page.verdict = {budget::colour::green, budget::rule::headroom, "not everybody has a limit"};
    for (const auto& total : budget::add_up(declared))
        for (const auto& row : total.rows)
            if (!row.total && row.overflow.kind == budget::overflow_kind::unbounded)
                find_unbounded(page.says, row);
    if (page.says.findings.empty()) return {};
    page.says.weigh(page.verdict);
    page.summary = {page.verdict.reason};
    return page;
}

}  // namespace headroom::fleet
