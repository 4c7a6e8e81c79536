#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "headroom/fleet/detail/audit_work.hpp"

namespace headroom::fleet::detail {
namespace {

using persistence::backend;

/// A plan's total for this server, or an empty one.
budget::total declared_total(const audit_terms& terms) {
    if (terms.declared != nullptr)
        for (auto& each : budget::add_up(*terms.declared))
            if (each.of.name == terms.resource) return each;
    budget::total none;
    none.of.name = terms.resource;
    none.sum = none.peak = none.estimated_sum = none.estimated_peak = 0;
    return none;
}

std::uint64_t reserve_of(const budget::total& all) {
    for (const auto& row : all.rows)
        if (row.is_reserve) return row.total.value_or(0);
    return 0;
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

std::string sessions(std::uint64_t count) {
    return fmt::format("{} {}", count, count == 1 ? "session" : "sessions");
}

std::string pids_of(std::span<const backend* const> some) {
    std::vector<int> shown;
    for (const auto* each : some)
        if (shown.size() < evidence_pids_max) shown.push_back(each->pid);
    auto text = fmt::format("pids {}", fmt::join(shown, ", "));
    if (some.size() > shown.size()) text += fmt::format(" and {} more", some.size() - shown.size());
    return text;
}

void judge_sum(audit_work& work) {
    auto& answer = work.answer;
    auto total = declared_total(work.terms);
    const auto limit = answer.facts.number("max_connections");
    total.of.limit = limit;
    total.of.reserved =
        static_cast<unsigned>(persistence::reserved_slots(answer.facts, false, false).value_or(0));
    std::uint64_t strangers = 0;
    for (std::size_t i = 0; i < work.party_of.size(); ++i)
        if (work.party_of[i] == nobody && !answer.facts.backends[i].own) ++strangers;
    const auto over = overuse_of(answer.parties, reserve_of(total));
    const auto declared = budget::to_text(total.peak, total.estimated_peak);
    for (auto* each : {&total.sum, &total.peak, &total.estimated_sum, &total.estimated_peak})
        grow(*each, strangers + over);
    total.least_peak += strangers + over;
    const auto all = budget::to_text(total.peak, total.estimated_peak);
    answer.arithmetic = answer.has_plan
                            ? fmt::format("{} declared + {} above that + {} of strangers = {}",
                                          declared, over, strangers, all)
                            : fmt::format("{} live, without a plan to compare with", strangers);
    answer.verdict = budget::judge(total);
    answer.peak = std::move(total);
    if (!answer.facts.reader.role.empty() || limit) return;
    answer.verdict.reason = "the server's limits could not be read";
}

}  // namespace headroom::fleet::detail
