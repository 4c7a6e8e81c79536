#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "headroom/fleet/detail/audit_work.hpp"

namespace headroom::fleet::detail {
namespace {

using persistence::backend;
using backends_of = std::vector<const backend*>;

std::uint64_t reserve_of(const budget::total& all) {
    for (const auto& row : all.rows)
        if (row.is_reserve) return row.total.value_or(0);
    return 0;
}

backends_of of_party(const audit_work& work, std::size_t party) {
    backends_of some;
    for (std::size_t i = 0; i < work.party_of.size(); ++i)
        if (work.party_of[i] == party && !work.backends()[i].own)
            some.push_back(&work.backends()[i]);
    return some;
}

/// What an operator can look for: the name a client gave itself, else its role.
std::string called(const backend& each) {
    if (each.application_name.empty()) return fmt::format("role {} without a name", each.role);
    return fmt::format("{} as {}", each.application_name, each.role);
}

void find_overuser(audit_work& work, std::size_t at, std::uint64_t reserve) {
    const auto& one = work.answer.parties[at];
    if (!one.declared) return;
    const auto allowed = *one.declared + (one.borrows ? reserve : 0);
    if (one.live <= allowed) return;
    const auto over = one.live - allowed;
    const auto some = of_party(work, at);
    work.add(
        finding{"HR-PG-OVERUSER", severity::medium, one.name(),
                fmt::format("{} live, {} declared: {} more than it may", one.live, allowed, over),
                pids_of(some), over});
    work.add(
        fix{fix::price::application_restart,
            fmt::format("make {} keep to its {} (or declare {})", one.name(), allowed, one.live),
            over,
            {}});
}

void find_ghost(audit_work& work, const party& one) {
    if (one.live > 0 || !one.steady || one.floor == 0) return;
    const auto mark = one.application_name.empty() && one.role.empty()
                          ? std::string("a name ending in /") + one.consumers.front()
                          : fmt::format("application_name '{}', role '{}'",
                                        one.application_name.empty() ? "*" : one.application_name,
                                        one.role.empty() ? "*" : one.role);
    work.add(finding{"HR-PG-GHOST", severity::low, one.name(),
                     fmt::format("{} declared at rest, none live", one.floor), "looked for " + mark,
                     one.floor});
}

void find_strangers(audit_work& work) {
    std::map<std::string, backends_of> by_name;
    for (const auto* each : of_party(work, nobody)) by_name[called(*each)].push_back(each);
    for (const auto& [name, some] : by_name) {
        work.add(finding{"HR-PG-STRANGER", severity::medium, name,
                         fmt::format("{} that nobody declared", sessions(some.size())),
                         pids_of(some), some.size()});
        work.add(fix{fix::price::session,
                     fmt::format("end or declare the {} of {}", sessions(some.size()), name),
                     some.size(),
                     {}});
    }
}

}  // namespace

void find_people(audit_work& work) {
    if (!work.answer.has_plan) return;
    const auto reserve = reserve_of(work.answer.peak);
    for (std::size_t at = 0; at < work.answer.parties.size(); ++at) {
        find_overuser(work, at, reserve);
        find_ghost(work, work.answer.parties[at]);
    }
    find_strangers(work);
}

}  // namespace headroom::fleet::detail
