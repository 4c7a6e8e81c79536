#include <fmt/format.h>

#include <algorithm>
#include <tuple>

#include "headroom/fleet/detail/ledger_work.hpp"

namespace headroom::fleet::detail {
namespace {

/// Units the sum must lose to fit; none when it fits or is not known.
std::uint64_t excess_of(budget::figure peak, budget::figure usable) {
    if (!peak || !usable) return 0;
    return *peak > *usable ? *peak - *usable : 0;
}

}  // namespace

/// "lower POOL of web.engine by 12": what one row can give without losing its last unit.
void ledger_work::offer_row(const budget::row& row, std::uint64_t excess) {
    if (row.is_reserve || row.settings.empty() || row.times == 0 || !row.max || *row.max < 2)
        return;
    const auto step = std::min((excess + row.times - 1) / row.times, *row.max - 1);
    const bool overflow_first =
        row.floor && *row.max - *row.floor >= step && row.settings.size() > 1;
    const auto& setting = overflow_first ? row.settings[1] : row.settings[0];
    answer_.add(fix{fix::price::application_restart,
                    fmt::format("lower {} ({}) by {}", setting, row.name, step),
                    step * row.times,
                    {}});
}

void ledger_work::write_effects(const ledger_limit& limit) {
    const auto usable = budget::to_text(limit.usable);
    for (auto& each : answer_.fixes) {
        if (!answer_.peak.peak || each.frees == 0 || !each.effect.empty()) continue;
        const auto sum = *answer_.peak.peak;
        each.effect = fmt::format("{} becomes {} of {} usable", sum,
                                  sum > each.frees ? sum - each.frees : 0, usable);
    }
}

void ledger_work::find_fixes(const ledger_limit& limit) {
    const auto excess = excess_of(answer_.peak.peak, limit.usable);
    if (excess > 0) {
        for (const auto& row : answer_.peak.rows) offer_row(row, excess);
        if (const auto needed = budget::limit_to_fit(answer_.peak))
            answer_.add(fix{limit.raising,
                            fmt::format("raise {} from {} to {}", limit.setting,
                                        budget::to_text(limit.limit), *needed),
                            excess, fmt::format("{} fit", *answer_.peak.peak)});
    }
    // What mends the whole excess comes before what mends a part; then the cheaper, the larger.
    std::ranges::sort(answer_.fixes, [&](const fix& a, const fix& b) {
        return std::tuple(a.frees < excess, a.costs, b.frees, a.action) <
               std::tuple(b.frees < excess, b.costs, a.frees, b.action);
    });
    write_effects(limit);
}

}  // namespace headroom::fleet::detail
