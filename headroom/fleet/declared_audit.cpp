#include "headroom/fleet/declared_audit.hpp"

#include <algorithm>

#include "headroom/fleet/detail/ledger_work.hpp"

namespace headroom::fleet {

ledger_audit audit_declared(const budget::plan& declared, const std::string& resource,
                            const known_limit& limit) {
    ledger_audit answer;
    answer.resource = resource;
    const std::vector<persistence::backend> nobody_live;
    detail::ledger_work ledger(answer, &declared, nobody_live, {"HR-EN", "connection", ""});
    detail::ledger_limit against{limit.limit, limit.reserved, {}, limit.setting};
    if (limit.limit)
        against.usable = *limit.limit - std::min<std::uint64_t>(limit.reserved, *limit.limit);
    ledger.judge_sum(against);
    answer.arithmetic = answer.peak.arithmetic;
    ledger.find_fixes(against);
    return answer;
}

}  // namespace headroom::fleet
