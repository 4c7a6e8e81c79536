#include "headroom/fleet/audit_page.hpp"

#include <fmt/format.h>

namespace headroom::fleet {
namespace {

page_table parties_table(const std::vector<party>& parties) {
    page_table table{
        "consumers",
        "Declared Against Live",
        {{"name", "Consumer"}, {"declared", "Declared"}, {"floor", ""}, {"live", "Live"}},
        {}};
    for (const auto& each : parties)
        table.rows.push_back({each.name(), cell(each.declared).as(each.declared ? "" : "unknown"),
                              each.floor, each.live});
    return table;
}

}  // namespace

std::string cheapest_fix(const advice& of) {
    if (of.fixes.empty()) return {};
    const auto& best = of.fixes.front();
    return fmt::format("cheapest fix: {}{}{}", best.action, best.effect.empty() ? "" : ": ",
                       best.effect);
}

audit_page page_of_ledger(std::string kind, const ledger_audit& of) {
    audit_page page;
    page.kind = std::move(kind);
    page.target = of.target;
    page.resource = of.resource;
    page.verdict = of.verdict;
    page.summary = {of.verdict.reason, "sum: " + of.arithmetic};
    page.values = {{"arithmetic", of.arithmetic},
                   {"limit", of.peak.of.limit},
                   {"sum", of.peak.sum},
                   {"peak", of.peak.peak},
                   {"peak_arithmetic", of.peak.peak_arithmetic},
                   {"needed_limit", budget::limit_to_fit(of.peak)},
                   {"live", of.held}};
    page.says = of;
    page.tables.push_back(parties_table(of.parties));
    return page;
}

audit_page page_of_failure(std::string kind, std::string target, std::string error, int exit_code) {
    audit_page page;
    page.kind = std::move(kind);
    page.target = std::move(target);
    page.error = std::move(error);
    page.exit_code = exit_code;
    return page;
}

page_table facts_table(const std::vector<persistence::fact>& facts) {
    page_table table{"facts", "Facts", {{"name", "Fact"}, {"value", "Value"}, {"how", "How"}}, {}};
    for (const auto& each : facts)
        table.rows.push_back(
            {each.name, each.known ? cell(each.value) : cell().as("not read"), each.how});
    return table;
}

}  // namespace headroom::fleet
