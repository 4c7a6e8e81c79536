#include "headroom/fleet/audit_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "headroom/budget/grid.hpp"

namespace headroom::fleet {
namespace {

using budget::grid;

/// How the same sections look on a terminal and in Markdown.
struct look {
    std::string (*table)(const grid&);
    std::string_view title, heading, item;
};

constexpr look terminal{budget::aligned, "", "", "  "};
constexpr look document{budget::markdown, "# ", "## ", "- "};

/// "HR-RD-SHARED (XC-R2)"
std::string id_of(const finding& of) {
    const auto check = check_of(of.id);
    return check.empty() ? of.id : fmt::format("{} ({})", of.id, check);
}

grid findings_table(const std::vector<finding>& findings) {
    grid table{{"Finding", "Severity", "Subject", "What", "Evidence"}, {}};
    for (const auto& each : findings)
        table.rows.push_back(
            {each.id, std::string(to_string(each.weight)), each.subject, each.what, each.evidence});
    return table;
}

/// Sentences are too wide for a terminal's columns: two lines a finding.
std::string findings_list(const std::vector<finding>& findings) {
    std::string text;
    for (const auto& each : findings) {
        text += fmt::format("{:<6}  {}  {}: {}\n", to_string(each.weight), id_of(each),
                            each.subject, each.what);
        if (!each.evidence.empty()) text += fmt::format("        {}\n", each.evidence);
    }
    return text;
}

grid fixes_table(const std::vector<fix>& fixes) {
    static constexpr std::array<std::string_view, 4> prices{
        "nothing", "a reload", "an application's restart", "the server's restart"};
    grid table{{"Fix", "Costs", "Effect"}, {}};
    for (const auto& each : fixes)
        table.rows.push_back(
            {each.action, std::string(prices[static_cast<std::size_t>(each.costs)]), each.effect});
    return table;
}

std::string shown(const cell& of) {
    if (!of.shown.empty()) return of.shown;
    if (const auto* text = std::get_if<std::string>(&of.value)) return *text;
    if (const auto* number = std::get_if<std::uint64_t>(&of.value))
        return fmt::format("{}", *number);
    if (const auto* is = std::get_if<bool>(&of.value)) return *is ? "yes" : "no";
    return "unknown";
}

/// The row that stands for those beyond the bound: their number, or the sum of their counts.
std::vector<std::string> others(const page_table& of, const std::vector<std::size_t>& columns) {
    std::vector<std::string> row(columns.size());
    const auto rest = std::span(of.rows).subspan(table_rows_max);
    std::uint64_t sum = 0;
    for (std::size_t at = 0; at < columns.size(); ++at) {
        if (of.columns[columns[at]].key != "count") continue;
        for (const auto& each : rest)
            if (const auto* count = std::get_if<std::uint64_t>(&each[columns[at]].value))
                sum += *count;
        row[at] = fmt::format("{}", sum);
    }
    row.front() = sum > 0 ? "others" : fmt::format("{} others", rest.size());
    return row;
}

grid grid_of(const page_table& of) {
    grid table;
    std::vector<std::size_t> columns;
    for (std::size_t at = 0; at < of.columns.size(); ++at) {
        if (of.columns[at].header.empty()) continue;
        columns.push_back(at);
        table.header.push_back(of.columns[at].header);
    }
    for (const auto& each : std::span(of.rows).first(std::min(of.rows.size(), table_rows_max))) {
        auto& row = table.rows.emplace_back();
        for (const auto at : columns) row.push_back(shown(each[at]));
    }
    if (of.rows.size() > table_rows_max) table.rows.push_back(others(of, columns));
    return table;
}

std::string section(const look& as, std::string_view name, const grid& table) {
    if (table.rows.empty() || table.header.empty()) return {};
    return fmt::format("\n{}{}\n\n{}", as.heading, name, as.table(table));
}

std::string findings_section(const look& as, std::string_view name,
                             const std::vector<finding>& findings) {
    if (findings.empty()) return {};
    if (as.heading.empty()) return fmt::format("\n{}\n\n{}", name, findings_list(findings));
    auto table = findings_table(findings);
    const auto checked = [](const finding& each) { return !check_of(each.id).empty(); };
    if (std::ranges::any_of(findings, checked)) {
        table.header.insert(table.header.begin() + 2, "Checklist");
        for (std::size_t i = 0; i < findings.size(); ++i)
            table.rows[i].insert(table.rows[i].begin() + 2, std::string(check_of(findings[i].id)));
    }
    return section(as, name, table);
}

std::string headline(const look& as, const audit_page& of) {
    return fmt::format("{}{} {}{}: {}\n\n", as.title, of.kind, of.target,
                       of.resource.empty() ? "" : " (" + of.resource + ")",
                       of.error.empty() ? budget::to_string(of.verdict.is) : "not audited");
}

std::string written(const audit_page& of, const look& as) {
    auto text = headline(as, of);
    if (!of.error.empty()) return text + fmt::format("{}{}\n", as.item, of.error);
    auto summary = of.summary;
    summary.push_back(cheapest_fix(of.says));
    for (const auto& line : summary)
        if (!line.empty()) text += fmt::format("{}{}\n", as.item, line);
    for (const auto& each : of.inventory) text += section(as, each.title, grid_of(each));
    text += findings_section(as, "Findings", of.says.findings);
    text += findings_section(as, "Notes", of.says.notes);
    text +=
        section(as, as.heading.empty() ? "Fixes" : "Recommendations", fixes_table(of.says.fixes));
    for (const auto& each : of.tables) text += section(as, each.title, grid_of(each));
    return text;
}

std::string written(std::span<const audit_page> all, const look& as) {
    std::string text;
    for (const auto& each : all) {
        if (!text.empty()) text += "\n";
        text += written(each, as);
    }
    return text;
}

}  // namespace

std::string as_table(std::span<const audit_page> all) { return written(all, terminal); }

std::string as_markdown(std::span<const audit_page> all) { return written(all, document); }

budget::colour worst_of(std::span<const audit_page> all) noexcept {
    auto worst = budget::colour::green;
    for (const auto& each : all) {
        const auto is = each.error.empty() ? each.verdict.is : budget::colour::unknown;
        if (badness(is) > badness(worst)) worst = is;
    }
    return worst;
}

}  // namespace headroom::fleet
