#include "headroom/fleet/live_audit.hpp"

#include "headroom/fleet/detail/audit_work.hpp"

namespace headroom::fleet {
namespace {

detail::ledger_limit limit_of(const live_audit& of) {
    return {of.facts.number("max_connections"),
            static_cast<unsigned>(persistence::reserved_slots(of.facts, false, false).value_or(0)),
            of.room.usable, "max_connections", fix::price::server_restart};
}

}  // namespace

census census_of(const persistence::server_facts& found, const audit_terms& terms) {
    auto made = detail::count_clients(found.backends, terms.declared, terms.resource);
    for (const auto& each : found.backends) {
        if (each.own) continue;
        if (each.superuser) made.add(counted_by::superuser);
        if (each.state == "active") made.add(counted_by::active);
        if (!detail::idles_in_transaction(each, terms.from)) continue;
        made.add(counted_by::transaction);
        if (each.in_state >= terms.from.idle_in_transaction_long)
            made.add(counted_by::transaction, detail::long_ones);
    }
    return made;
}

live_audit analyse(const persistence::server_facts& found, const audit_terms& terms) {
    detail::audit_work work{terms, {}};
    auto& answer = work.answer;
    answer.target = terms.target;
    answer.resource = terms.resource;
    answer.facts = found;
    answer.seen = terms.seen != nullptr ? *terms.seen : peaks(census_of(found, terms), {});
    answer.room = persistence::room_for(found, {}, {});
    answer.reader_room = persistence::room_for(found);
    detail::ledger_work ledger(answer, terms.declared, found.backends,
                               {"HR-PG", "session", "pids"});
    const auto limit = limit_of(answer);
    ledger.judge_sum(limit);
    if (found.reader.role.empty() && !limit.limit)
        answer.verdict.reason = "the server's limits could not be read";
    ledger.find_people();
    detail::find_holders(work);
    detail::find_orphans(work);
    detail::find_pollers(work);
    detail::find_knee(work);
    detail::find_settings(work);
    ledger.find_fixes(limit);
    answer.weigh(answer.verdict);
    return std::move(work.answer);
}

}  // namespace headroom::fleet
