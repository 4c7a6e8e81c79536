#include <fmt/format.h>

#include <algorithm>

#include "headroom/budget/sizing_advice.hpp"
#include "headroom/fleet/detail/audit_work.hpp"

namespace headroom::fleet::detail {

void find_knee(audit_work& work) {
    if (work.terms.cores == 0) return;
    const budget::knee knee{work.terms.cores};
    const auto seen = work.seen(counted_by::active);
    const auto active = seen.most;
    const auto declared = work.answer.has_plan ? work.answer.peak.sum.value_or(0)
                                               : work.seen(counted_by::total).most;
    if (std::max(active, declared) <= knee.most()) return;
    const bool now = active > knee.most();
    work.add(finding{"HR-PG-KNEE", now ? severity::medium : severity::low, work.answer.resource,
                     fmt::format("{} may work at once, {}; more than {} only wait for each other",
                                 declared,
                                 seen.passed() ? fmt::format("{} did at peak, {} do now", active,
                                                             seen.now)
                                               : fmt::format("{} do now", active),
                                 knee.most()),
                     seen.beside(describe(knee)), std::max(active, declared) - knee.most()});
    work.add(fix{fix::price::application_restart,
                 fmt::format("lower pool sizes of {} by {} together", work.answer.resource,
                             std::max(active, declared) - knee.most()),
                 0,
                 fmt::format("{} becomes {}, the most that {} cores work for", declared,
                             knee.most(), knee.cores)});
}

}  // namespace headroom::fleet::detail
