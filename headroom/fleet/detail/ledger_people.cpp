#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "headroom/fleet/detail/ledger_work.hpp"

namespace headroom::fleet::detail {
ledger_work::clients ledger_work::of_party(std::size_t party) const {
    clients some;
    for (std::size_t i = 0; i < party_of_.size(); ++i)
        if (party_of_[i] == party && !live_[i].own) some.push_back(&live_[i]);
    return some;
}

std::string ledger_work::counted(std::uint64_t count) const {
    return detail::counted(count, words_.one);
}

std::string ledger_work::counted(const tally& of) const {
    return of.passed() ? fmt::format("{} at peak, {} now,", counted(of.most), of.now)
                       : counted(of.most);
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
    if (one.peak <= allowed) return;
    const auto seen = answer_.seen.of(counted_by::consumer, one.name());
    auto found = as("OVERUSER", severity::medium);
    found.units = one.peak - allowed;
    found.subject = one.name();
    found.what = fmt::format("{}, {} declared: {} more than it may", seen.text("live"), allowed,
                             found.units);
    found.evidence = seen.beside(marks_of(some));
    answer_.add(
        fix{fix::price::application_restart,
            fmt::format("make {} keep to its {} (or declare {})", one.name(), allowed, one.peak),
            found.units,
            {}});
    answer_.add(std::move(found));
}

void ledger_work::find_ghost(const party& one) {
    if (one.peak > 0 || !one.steady || one.floor == 0) return;
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
    answer_.seen.each(counted_by::stranger, [&](const std::string& name, const tally& seen) {
        auto found = as("STRANGER", severity::medium);
        found.subject = name;
        found.what = fmt::format("{} that nobody declared", counted(seen));
        found.evidence = seen.beside(marks_of(by_name[name]));
        found.units = seen.most;
        answer_.add(std::move(found));
        answer_.add(fix{fix::price::session,
                        fmt::format("end or declare the {} of {}", counted(seen.most), name),
                        seen.most,
                        {}});
    });
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
