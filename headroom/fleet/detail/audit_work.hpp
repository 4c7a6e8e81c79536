// fleet/detail/audit_work.hpp: what an audit of PostgreSQL looks at besides its ledger.
#pragma once
#include "headroom/fleet/detail/ledger_work.hpp"
#include "headroom/fleet/live_audit.hpp"

namespace headroom::fleet::detail {

/// An audit in the making.
struct audit_work {
    const audit_terms& terms;
    live_audit answer;

    const std::vector<persistence::backend>& backends() const { return answer.facts.backends; }
    tally seen(counted_by by, std::string_view name = {}) const { return answer.seen.of(by, name); }
    void add(finding one) { answer.add(std::move(one)); }
    void add(fix one) { answer.add(std::move(one)); }
};

/// The name under which transactions that idle for long are counted.
inline constexpr char long_ones[] = "long";
bool idles_in_transaction(const persistence::backend& of, const audit_thresholds& from);

/// Idle transactions, superusers, the limits of roles and databases, how full it is.
void find_holders(audit_work& work);
/// Sessions of members of a fleet that have gone, by headroom's own application_name.
void find_orphans(audit_work& work);
/// Pollers beside runners in one database, by application_name and LISTEN.
void find_pollers(audit_work& work);
/// More sessions than the server's cores work for; nothing unless somebody told how many it has.
void find_knee(audit_work& work);
/// Settings that keep dead connections, contradict the plan or wait for a restart; what is unread.
void find_settings(audit_work& work);

}  // namespace headroom::fleet::detail
