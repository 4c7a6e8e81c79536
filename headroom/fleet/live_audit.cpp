#include "headroom/fleet/live_audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "headroom/fleet/detail/audit_work.hpp"

namespace headroom::fleet {
namespace {

using budget::colour;
using persistence::backend;

std::vector<owner_row> group(const std::vector<backend>& live, const attribution& by) {
    using key =
        std::tuple<std::size_t, std::string, std::string, std::string, std::string, std::string>;
    std::map<key, owner_row> rows;
    for (std::size_t i = 0; i < live.size(); ++i) {
        const auto& each = live[i];
        if (each.own) continue;
        const auto party = by.of_backend[i];
        auto& row = rows[{party, each.application_name, each.role, each.database, each.address,
                          each.state}];
        if (party != nobody) row.consumer = by.parties[party].name();
        row.application_name = each.application_name;
        row.role = each.role;
        row.database = each.database;
        row.address = each.address;
        row.state = each.state;
        ++row.count;
        row.oldest = std::max(row.oldest, each.age);
        row.longest_in_state = std::max(row.longest_in_state, each.in_state);
    }
    std::vector<owner_row> list;
    for (auto& [at, row] : rows) list.push_back(std::move(row));
    // The map's order is total, so ties keep it: sorting by the index as well makes that explicit.
    std::vector<std::size_t> order(list.size());
    for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::ranges::sort(order, [&](std::size_t a, std::size_t b) {
        return list[a].count != list[b].count ? list[a].count > list[b].count : a < b;
    });
    std::vector<owner_row> sorted;
    for (const auto i : order) sorted.push_back(std::move(list[i]));
    return sorted;
}

void weigh_findings(live_audit& answer) {
    std::ranges::sort(answer.findings, [](const finding& a, const finding& b) {
        return a.weight != b.weight ? a.weight > b.weight
                                    : std::tie(a.id, a.subject) < std::tie(b.id, b.subject);
    });
    if (answer.findings.empty()) return;
    const auto& gravest = answer.findings.front();
    const auto asks = gravest.weight == severity::high     ? colour::red
                      : gravest.weight == severity::medium ? colour::amber
                                                           : colour::green;
    if (badness(asks) <= badness(answer.verdict.is)) return;
    answer.verdict.is = asks;
    answer.verdict.reason =
        fmt::format("{}; {}: {}", answer.verdict.reason, gravest.subject, gravest.what);
}

}  // namespace

std::string_view to_string(severity of) noexcept {
    switch (of) {
        case severity::note:
            return "note";
        case severity::low:
            return "low";
        case severity::medium:
            return "medium";
        case severity::high:
            return "high";
    }
    return "unknown";
}

live_audit analyse(const persistence::server_facts& found, const audit_terms& terms) {
    static const budget::plan nothing;
    const auto& plan = terms.declared != nullptr ? *terms.declared : nothing;
    auto by = attribute(found.backends, plan, terms.resource);
    detail::audit_work work{terms, {}, by.of_backend};
    auto& answer = work.answer;
    answer.target = terms.target;
    answer.resource = terms.resource;
    answer.has_plan = terms.declared != nullptr;
    answer.facts = found;
    answer.room = persistence::room_for(found, {}, {});
    answer.reader_room = persistence::room_for(found);
    answer.owners = group(found.backends, by);
    answer.parties = std::move(by.parties);
    for (const auto& each : found.backends) answer.held += each.own ? 0 : 1;
    detail::judge_sum(work);
    detail::find_people(work);
    detail::find_holders(work);
    detail::find_settings(work);
    detail::find_fixes(work);
    weigh_findings(answer);
    return std::move(work.answer);
}

budget::colour worst_of(const std::vector<live_audit>& all) noexcept {
    auto worst = colour::green;
    for (const auto& each : all)
        if (badness(each.verdict.is) > badness(worst)) worst = each.verdict.is;
    return worst;
}

}  // namespace headroom::fleet
