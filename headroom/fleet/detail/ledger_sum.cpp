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

void grow(budget::figure& units, std::uint64_t by) {
    if (units) units = *units + by;
}

}  // namespace

std::string counted(std::uint64_t count, std::string_view one) {
    return fmt::format("{} {}{}", count, one, count == 1 ? "" : "s");
}

std::string marks_of(std::string_view word, const std::vector<const backend*>& some) {
    if (some.empty()) return {};
    std::vector<int> shown;
    for (const auto* each : some)
        if (shown.size() < evidence_pids_max) shown.push_back(each->pid);
    auto text = fmt::format("{} {}", word, fmt::join(shown, ", "));
    if (some.size() > shown.size()) text += fmt::format(" and {} more", some.size() - shown.size());
    return text;
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
    for (auto& each : answer.parties)
        each.peak = std::max(each.live, answer.seen.of(counted_by::consumer, each.name()).most);
    for (const auto& each : live) answer.held += each.own ? 0 : 1;
}

void ledger_work::judge_sum(const ledger_limit& limit) {
    auto total = declared_total(declared_, answer_.resource);
    total.of.limit = limit.limit;
    total.of.reserved = limit.reserved;
    answer_.peak = total;
    const auto& seen = answer_.seen;
    const auto live = seen.of(counted_by::total);
    const auto over = seen.over();
    const auto strangers = answer_.has_plan ? seen.strangers() : live.most;
    const auto declared = budget::to_text(total.peak, total.estimated_peak);
    for (auto* each : {&total.sum, &total.peak, &total.estimated_sum, &total.estimated_peak})
        grow(*each, strangers + over);
    total.least_peak += strangers + over;
    const auto all = budget::to_text(total.peak, total.estimated_peak);
    answer_.arithmetic =
        answer_.has_plan
            ? fmt::format("{} declared + {} above that + {} of strangers = {}{}", declared, over,
                          strangers, all, live.passed() ? ", each at its peak" : "")
            : fmt::format("{}, without a plan to compare with", live.text("live"));
    answer_.verdict = budget::judge(total);
    answer_.peak = std::move(total);
}

}  // namespace headroom::fleet::detail
