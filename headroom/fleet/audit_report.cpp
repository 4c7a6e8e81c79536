#include "headroom/fleet/audit_report.hpp"

#include <fmt/format.h>

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

std::string or_unknown(budget::figure units) { return units ? budget::to_text(units) : "not read"; }

std::string room_line(const live_audit& of) {
    if (!of.room.usable) return "usable: not known, " + of.room.why_unknown;
    return fmt::format("usable: {} ({}); live {}, free {}", *of.room.usable, of.room.binding()->how,
                       of.held, or_unknown(of.room.free));
}

/// What the role that looked could open itself, where that differs.
std::string reader_line(const live_audit& of) {
    const auto* binding = of.reader_room.binding();
    if (binding == nullptr || of.reader_room.usable == of.room.usable) return {};
    return fmt::format("role {} itself: {} usable ({})", of.facts.reader.role,
                       *of.reader_room.usable, binding->how);
}

std::string view_line(const live_audit& of) {
    return fmt::format("seen as role {}{}", of.facts.reader.role,
                       of.facts.reader.sees_everyone
                           ? ", states of all sessions visible"
                           : ", without pg_monitor: states and addresses of other roles hidden");
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
        text += fmt::format("{:<6}  {}  {}: {}\n", to_string(each.weight), each.id, each.subject,
                            each.what);
        if (!each.evidence.empty()) text += fmt::format("        {}\n", each.evidence);
    }
    return text;
}

grid parties_table(const live_audit& of) {
    grid table{{"Consumer", "Declared", "Live"}, {}};
    for (const auto& each : of.parties)
        table.rows.push_back({each.name(),
                              each.declared ? budget::to_text(each.declared) : "unknown",
                              fmt::format("{}", each.live)});
    return table;
}

std::vector<std::string> cells_of(const owner_row& each, bool seen) {
    const auto state = each.state.empty() ? (seen ? "" : "hidden") : each.state;
    return {each.consumer.empty() ? "nobody" : each.consumer,
            each.application_name.empty() ? "-" : each.application_name,
            each.role,
            each.database,
            each.address.empty() ? (seen ? "socket" : "hidden") : each.address,
            state,
            fmt::format("{}", each.count),
            fmt::format("{} s", each.oldest.count())};
}

grid owners_table(const live_audit& of) {
    grid table{
        {"Consumer", "application_name", "Role", "Database", "Host", "State", "Count", "Oldest"},
        {}};
    std::uint64_t rest = 0;
    for (const auto& each : of.owners) {
        const bool seen = of.facts.reader.sees_everyone || each.role == of.facts.reader.role;
        if (table.rows.size() < owner_rows_max)
            table.rows.push_back(cells_of(each, seen));
        else
            rest += each.count;
    }
    if (rest > 0) table.rows.push_back({"others", "", "", "", "", "", fmt::format("{}", rest), ""});
    return table;
}

grid fixes_table(const live_audit& of) {
    static constexpr std::array<std::string_view, 4> prices{
        "nothing", "a reload", "an application's restart", "the server's restart"};
    grid table{{"Fix", "Costs", "Effect"}, {}};
    for (const auto& each : of.fixes)
        table.rows.push_back(
            {each.action, std::string(prices[static_cast<std::size_t>(each.costs)]), each.effect});
    return table;
}

grid facts_table(const live_audit& of) {
    grid table{{"Fact", "Value", "How"}, {}};
    for (const auto& each : persistence::listed(of.facts))
        table.rows.push_back({each.name, each.known ? each.value : "not read", each.how});
    return table;
}

std::string section(const look& as, std::string_view name, const grid& table) {
    if (table.rows.empty()) return {};
    return fmt::format("\n{}{}\n\n{}", as.heading, name, as.table(table));
}

std::string findings_section(const look& as, std::string_view name,
                             const std::vector<finding>& findings) {
    if (!as.heading.empty()) return section(as, name, findings_table(findings));
    return findings.empty() ? "" : fmt::format("\n{}\n\n{}", name, findings_list(findings));
}

std::string summary(const live_audit& of, const look& as) {
    std::string text;
    const auto line = [&](const std::string& what) {
        if (!what.empty()) text += fmt::format("{}{}\n", as.item, what);
    };
    line(of.verdict.reason);
    line("sum: " + of.arithmetic);
    line(room_line(of));
    line(reader_line(of));
    line(view_line(of));
    if (!of.fixes.empty())
        line(fmt::format("cheapest fix: {}{}{}", of.fixes.front().action,
                         of.fixes.front().effect.empty() ? "" : ": ", of.fixes.front().effect));
    return text;
}

std::string written(const live_audit& of, const look& as) {
    auto text = fmt::format("{}PostgreSQL {} ({}): {}\n\n", as.title, of.target, of.resource,
                            budget::to_string(of.verdict.is));
    text += summary(of, as);
    text += findings_section(as, "Findings", of.findings);
    text += findings_section(as, "Notes", of.notes);
    text += section(as, "Fixes", fixes_table(of));
    text += section(as, "Declared Against Live", parties_table(of));
    text += section(as, "Live Connections", owners_table(of));
    text += section(as, "Facts", facts_table(of));
    return text;
}

std::string written(const std::vector<audit_outcome>& all, const look& as) {
    std::string text;
    for (const auto& each : all) {
        if (!text.empty()) text += "\n";
        text += each.audit ? written(*each.audit, as)
                           : fmt::format("{}PostgreSQL {}: not audited\n\n{}{}\n", as.title,
                                         each.target, as.item, each.error);
    }
    return text;
}

}  // namespace

std::string as_table(const std::vector<audit_outcome>& all) { return written(all, terminal); }

std::string as_markdown(const std::vector<audit_outcome>& all) { return written(all, document); }

budget::colour worst_of(const std::vector<audit_outcome>& all) noexcept {
    std::vector<live_audit> audited;
    bool missing = false;
    for (const auto& each : all) {
        if (each.audit)
            audited.push_back(*each.audit);
        else
            missing = true;
    }
    const auto worst = worst_of(audited);
    return missing && worst != budget::colour::red ? budget::colour::unknown : worst;
}

}  // namespace headroom::fleet
