#include "headroom/fleet/live_audit_page.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace headroom::fleet {
namespace {

std::string or_unknown(budget::figure units) { return units ? budget::to_text(units) : "not read"; }

std::string room_line(const live_audit& of) {
    if (!of.room.usable) return "usable: not known, " + of.room.why_unknown;
    const auto usable = *of.room.usable;
    const auto how = of.room.binding()->how;
    const auto live = of.seen.of(counted_by::total);
    if (live.passed())
        return fmt::format("usable: {} ({}); live {} at peak, {} now; free {}, {} now", usable, how,
                           live.most, of.held, usable - std::min(usable, live.most),
                           or_unknown(of.room.free));
    return fmt::format("usable: {} ({}); live {}, free {}", usable, how, of.held,
                       or_unknown(of.room.free));
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

std::vector<cell> cells_of(const owner_row& each, bool seen) {
    const auto blank = [&](const std::string& text, const char* when_seen) {
        return cell(text).as(text.empty() ? (seen ? when_seen : "hidden") : "");
    };
    return {each.consumer.empty() ? cell().as("nobody") : cell(each.consumer),
            cell(each.application_name).as(each.application_name.empty() ? "-" : ""),
            each.role,
            each.database,
            blank(each.address, "socket"),
            blank(each.state, ""),
            each.count,
            cell(static_cast<std::uint64_t>(each.oldest.count()))
                .as(fmt::format("{} s", each.oldest.count())),
            static_cast<std::uint64_t>(each.longest_in_state.count())};
}

page_table owners_table(const live_audit& of) {
    page_table table{"connections",
                     "Live Connections",
                     {{"consumer", "Consumer"},
                      {"application_name", "application_name"},
                      {"role", "Role"},
                      {"database", "Database"},
                      {"host", "Host"},
                      {"state", "State"},
                      {"count", "Count"},
                      {"oldest_s", "Oldest"},
                      {"longest_in_state_s", ""}},
                     {}};
    for (const auto& each : of.owners)
        table.rows.push_back(
            cells_of(each, of.facts.reader.sees_everyone || each.role == of.facts.reader.role));
    return table;
}

page_table inequalities_table(const persistence::room& of) {
    page_table table{
        "role_limits",
        "",
        {{"name", ""}, {"how", ""}, {"limit", ""}, {"usable", ""}, {"held", ""}, {"free", ""}},
        {}};
    for (const auto& each : of.all)
        table.rows.push_back(
            {each.name, each.how, each.limit, each.usable, each.held, each.free()});
    return table;
}

}  // namespace

audit_page page_of(const audit_outcome& of) {
    if (!of.audit) return page_of_failure("PostgreSQL", of);
    const auto& audit = *of.audit;
    auto page = page_of_ledger("PostgreSQL", audit, of);
    for (auto& line : {room_line(audit), reader_line(audit), view_line(audit)})
        page.summary.push_back(line);
    page.values.insert(page.values.end(),
                       {{"usable", audit.room.usable},
                        {"free", audit.room.free},
                        {"sees_everyone", cell::yes_or_no(audit.facts.reader.sees_everyone)}});
    page.tables.insert(page.tables.end(),
                       {owners_table(audit), facts_table(persistence::listed(audit.facts)),
                        inequalities_table(audit.reader_room)});
    return page;
}

}  // namespace headroom::fleet
