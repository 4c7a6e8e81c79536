#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "headroom/fleet/detail/ledger_work.hpp"
#include "headroom/fleet/live_audit.hpp"

namespace headroom::fleet::detail {
namespace {

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
    std::multimap<std::uint64_t, owner_row, std::greater<>> by_count;  // ties keep their order
    for (auto& [at, row] : rows) by_count.emplace(row.count, std::move(row));
    std::vector<owner_row> sorted;
    for (auto& [count, row] : by_count) sorted.push_back(std::move(row));
    return sorted;
}

/// A plan's total for this server, or an empty one.
budget::total declared_total(const budget::plan* declared, const std::string& resource) {
    if (declared != nullptr)
        for (auto& each : budget::add_up(*declared))
            if (each.of.name == resource) return each;
    budget::total none;
    none.of.name = resource;
    none.sum = none.peak = none.estimated_sum = none.estimated_peak = 0;
    return none;
}

/// Units above every declared size, after the shared reserve has covered what it can.
std::uint64_t overuse_of(const std::vector<party>& parties, std::uint64_t reserve) {
    std::uint64_t fixed = 0, borrowed = 0;
    for (const auto& each : parties)
        if (each.declared && each.live > *each.declared)
            (each.borrows ? borrowed : fixed) += each.live - *each.declared;
    return fixed + (borrowed > reserve ? borrowed - reserve : 0);
}

void grow(budget::figure& units, std::uint64_t by) {
    if (units) units = *units + by;
}

}  // namespace

std::string counted(std::uint64_t count, std::string_view one) {
    return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

std::string marks_of(std::string_view word, const std::vector<const backend*>& some) {
    std::vector<int> shown;
    for (const auto* each : some)
        if (shown.size() < evidence_pids_max) shown.push_back(each->pid);
    auto text = fmt::format("{} {}", word, fmt::join(shown, ", "));
    if (some.size() > shown.size()) text += fmt::format(" and {} more", some.size() - shown.size());
    return text;
}

std::uint64_t ledger_work::reserve_at_peak() const {
    for (const auto& row : answer_.peak.rows)
        if (row.is_reserve) return budget::most_at_peak(row, declared_->times).value_or(0);
    return 0;
}

ledger_work::ledger_work(ledger_audit& answer, const budget::plan* declared,
                         const std::vector<backend>& live, ledger_words words)
    : answer_(answer), declared_(declared), live_(live), words_(words) {
    static const budget::plan nothing;
    auto by = attribute(live, declared != nullptr ? *declared : nothing, answer.resource);
    party_of_ = by.of_backend;
    answer.has_plan = declared != nullptr;
    answer.owners = group(live, by);
    answer.parties = std::move(by.parties);
    for (const auto& each : live) answer.held += each.own ? 0 : 1;
}

void ledger_work::judge_sum(const ledger_limit& limit) {
    auto total = declared_total(declared_, answer_.resource);
    total.of.limit = limit.limit;
    total.of.reserved = limit.reserved;
    const auto strangers = of_party(nobody).size();
    answer_.peak = total;
    const auto over = overuse_of(answer_.parties, reserve_at_peak());
    const auto declared = budget::to_text(total.peak, total.estimated_peak);
    for (auto* each : {&total.sum, &total.peak, &total.estimated_sum, &total.estimated_peak})
        grow(*each, strangers + over);
    total.least_peak += strangers + over;
    const auto all = budget::to_text(total.peak, total.estimated_peak);
    answer_.arithmetic = answer_.has_plan
                             ? fmt::format("{} declared + {} above that + {} of strangers = {}",
                                           declared, over, strangers, all)
                             : fmt::format("{} live, without a plan to compare with", strangers);
    answer_.verdict = budget::judge(total);
    answer_.peak = std::move(total);
}

}  // namespace headroom::fleet::detail
