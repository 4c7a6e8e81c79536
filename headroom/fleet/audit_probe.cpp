#include "headroom/fleet/audit_probe.hpp"

#include <fmt/format.h>

#include <random>

#include "headroom/persistence/application_name.hpp"
#include "headroom/persistence/read_server_facts.hpp"
#include "headroom/persistence/start_failure.hpp"
#include "headroom/persistence/visit.hpp"

namespace headroom::fleet {
namespace {

persistence::visit_terms visit_of(const persistence::connect_info& at, blocking_resolver& names) {
    const persistence::application_name name{"headroom", "audit", std::random_device{}(),
                                             "fleet.audit"};
    return {at, name.consumer, name.text(), &names};
}

bool same_server(const live_audit& a, const live_audit& b) {
    return !a.facts.system_identifier.empty() && a.facts.started_at == b.facts.started_at &&
           a.facts.system_identifier == b.facts.system_identifier;
}

}  // namespace

audit_outcome audit_server(const persistence::connect_info& at, audit_terms terms, deadline until,
                           blocking_resolver& names) {
    audit_outcome outcome;
    outcome.target = terms.target = at.describe();
    persistence::server_facts facts;
    try {
        persistence::visit(
            visit_of(at, names),
            [&](persistence::connection& on) -> task<void> {
                facts = co_await read_server_facts(on, until);
            },
            until);
    } catch (...) {
        auto why = persistence::explain(std::current_exception(), outcome.target);
        outcome.error = std::move(why.line);
        outcome.exit_code = why.exit_code;
        return outcome;
    }
    outcome.audit = analyse(facts, terms);
    return outcome;
}

void mark_same_servers(std::vector<audit_outcome>& all) {
    for (auto& each : all)
        for (const auto& other : all) {
            if (&each == &other || !each.audit || !other.audit) continue;
            if (!same_server(*each.audit, *other.audit)) continue;
            each.audit->notes.push_back(
                {"HR-PG-SAME-SERVER", severity::note, each.target,
                 fmt::format("is the same server as {}: their plans share one limit", other.target),
                 "system identifier and start of the postmaster", 0});
        }
}

}  // namespace headroom::fleet
