#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "headroom/fleet/detail/audit_work.hpp"

namespace headroom::fleet::detail {
namespace {

/// Units the sum must lose to fit; none when it fits or is not known.
std::uint64_t excess_of(const live_audit& of) {
    if (!of.peak.peak || !of.room.usable) return 0;
    return *of.peak.peak > *of.room.usable ? *of.peak.peak - *of.room.usable : 0;
}

/// "lower POOL of web.engine by 12": what one row can give without losing its last unit.
void offer_row(audit_work& work, const budget::row& row, std::uint64_t excess) {
    if (row.is_reserve || row.settings.empty() || row.times == 0 || !row.max || *row.max < 2)
        return;
    const auto step = std::min((excess + row.times - 1) / row.times, *row.max - 1);
    const bool overflow_first =
        row.floor && *row.max - *row.floor >= step && row.settings.size() > 1;
    const auto& setting = overflow_first ? row.settings[1] : row.settings[0];
    work.add(fix{fix::price::application_restart,
                 fmt::format("lower {} ({}) by {}", setting, row.name, step),
                 step * row.times,
                 {}});
}

void offer_larger_server(audit_work& work) {
    const auto needed = budget::limit_to_fit(work.answer.peak);
    if (!needed) return;
    work.add(fix{fix::price::server_restart,
                 fmt::format("raise max_connections from {} to {}",
                             budget::to_text(work.answer.peak.of.limit), *needed),
                 excess_of(work.answer),
                 {}});
}

void write_effects(live_audit& answer) {
    const auto usable = budget::to_text(answer.room.usable);
    for (auto& each : answer.fixes) {
        if (!answer.peak.peak || each.frees == 0) continue;
        const auto sum = *answer.peak.peak;
        if (each.costs == fix::price::server_restart)
            each.effect = fmt::format("{} fit", sum);
        else
            each.effect = fmt::format("{} becomes {} of {} usable", sum,
                                      sum > each.frees ? sum - each.frees : 0, usable);
    }
}

}  // namespace

void find_fixes(audit_work& work) {
    auto& answer = work.answer;
    const auto excess = excess_of(answer);
    if (excess > 0) {
        for (const auto& row : answer.peak.rows) offer_row(work, row, excess);
        offer_larger_server(work);
    }
    // What mends the whole excess comes before what mends a part; then the cheaper, the larger.
    std::ranges::sort(answer.fixes, [&](const fix& a, const fix& b) {
        return std::tuple(a.frees < excess, a.costs, b.frees, a.action) <
               std::tuple(b.frees < excess, b.costs, a.frees, b.action);
    });
    write_effects(answer);
}

}  // namespace headroom::fleet::detail
