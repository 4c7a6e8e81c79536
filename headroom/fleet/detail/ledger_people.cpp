#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "headroom/fleet/detail/ledger_work.hpp"

namespace headroom::fleet::detail {
namespace {

using persistence::backend;

/// What an operator can look for: the name a client gave itself, else its role.
std::string called(const backend& each) {
    if (each.application_name.empty()) return fmt::format("role {} without a name", each.role);
    return fmt::format("{} as {}", each.application_name, each.role);
}

}  // namespace

ledger_work::clients ledger_work::of_party(std::size_t party) const {
    clients some;
    for (std::size_t i = 0; i < party_of_.size(); ++i)
        if (party_of_[i] == party && !live_[i].own) some.push_back(&live_[i]);
    return some;
}

std::string ledger_work::counted(std::uint64_t count) const {
    return detail::counted(count, words_.one);
}

std::string ledger_work::marks_of(const clients& some) const {
    return detail::marks_of(words_.marks, some);
}

finding ledger_work::as(std::string_view kind, severity weight) const {
    return {fmt::format("{}-{}", words_.ids, kind), weight, {}, {}, {}, 0};
}

void ledger_work::find_overuser(const party& one, const clients& some) {
    if (!one.declared) return;
    const auto allowed = *one.declared + (one.borrows ? reserve_at_peak() : 0);
    if (one.live <= allowed) return;
    auto found = as("OVERUSER", severity::medium);
    found.units = one.live - allowed;
    found.subject = one.name();
    found.what =
        fmt::format("{} live, {} declared: {} more than it may", one.live, allowed, found.units);
    found.evidence = marks_of(some);
    answer_.add(
        fix{fix::price::application_restart,
            fmt::format("make {} keep to its {} (or declare {})", one.name(), allowed, one.live),
            found.units,
            {}});
    answer_.add(std::move(found));
}

void ledger_work::find_ghost(const party& one) {
    if (one.live > 0 || !one.steady || one.floor == 0) return;
    auto found = as("GHOST", severity::low);
    found.subject = one.name();
    found.what = fmt::format("{} declared at rest, none live", one.floor);
    found.evidence = one.application_name.empty() && one.role.empty()
                         ? "looked for a name ending in /" + one.consumers.front()
                         : fmt::format("looked for application_name '{}', role '{}'",
                                       one.application_name.empty() ? "*" : one.application_name,
                                       one.role.empty() ? "*" : one.role);
    found.units = one.floor;
    answer_.add(std::move(found));
}

void ledger_work::find_strangers() {
    std::map<std::string, clients> by_name;
    for (const auto* each : of_party(nobody)) by_name[called(*each)].push_back(each);
    for (const auto& [name, some] : by_name) {
        auto found = as("STRANGER", severity::medium);
        found.subject = name;
        found.what = fmt::format("{} that nobody declared", counted(some.size()));
        found.evidence = marks_of(some);
        found.units = some.size();
        answer_.add(std::move(found));
        answer_.add(fix{fix::price::session,
                        fmt::format("end or declare the {} of {}", counted(some.size()), name),
                        some.size(),
                        {}});
    }
}

void ledger_work::find_people() {
    if (!answer_.has_plan) return;
    for (std::size_t at = 0; at < answer_.parties.size(); ++at) {
        find_overuser(answer_.parties[at], of_party(at));
        find_ghost(answer_.parties[at]);
    }
    find_strangers();
}

}  // namespace headroom::fleet::detail
