// fleet/detail/audit_work.hpp: the steps of an audit, each adding its findings to the answer.
#pragma once
#include <span>

#include "headroom/fleet/live_audit.hpp"

namespace headroom::fleet::detail {

/// An audit in the making.
struct audit_work {
    const audit_terms& terms;
    live_audit answer;
    std::vector<std::size_t> party_of;  ///< for each backend, or `nobody`

    const std::vector<persistence::backend>& backends() const { return answer.facts.backends; }
    void add(finding one) {
        auto& list = one.weight == severity::note ? answer.notes : answer.findings;
        list.push_back(std::move(one));
    }
    void add(fix one) { answer.fixes.push_back(std::move(one)); }
};

/// Live against declared: over-users, strangers, ghosts.
void find_people(audit_work& work);
/// Idle transactions, superusers, the limits of roles and databases, how full it is.
void find_holders(audit_work& work);
/// Settings that keep dead connections, contradict the plan or wait for a restart; what is unread.
void find_settings(audit_work& work);

/// The sum that is judged: what was declared or is live, whichever is more, for everybody.
void judge_sum(audit_work& work);
/// What to lower or raise when the sum does not fit, and every fix in order of its price.
void find_fixes(audit_work& work);

/// "3 sessions", "1 session".
std::string sessions(std::uint64_t count);
/// "pids 12, 13, 14 and 5 more".
std::string pids_of(std::span<const persistence::backend* const> some);

}  // namespace headroom::fleet::detail
