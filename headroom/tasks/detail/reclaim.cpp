#include "headroom/tasks/detail/reclaim.hpp"

#include <algorithm>

#include "headroom/tasks/queue_keys.hpp"

namespace headroom::tasks::detail {

std::chrono::milliseconds reclaim_rules::least_idle(std::string_view consumer) const {
    return consumer.starts_with(own_consumer_prefix) ? lease : std::max(lease, foreign_idle);
}

bool reclaim_rules::may_take(const pending_row& row) const {
    return row.idle >= least_idle(row.consumer) && !(in_hand && in_hand(row.id));
}

void reclaim_cursor::saw(const std::vector<pending_row>& rows, unsigned asked) {
    if (rows.size() < asked)
        after_.reset();
    else
        after_ = rows.back().id;
}

std::vector<claim_batch> to_claim(const std::vector<pending_row>& rows, const reclaim_rules& by,
                                  unsigned room, bool takes_suspect) {
    const pending_row* suspect = nullptr;
    for (const auto& row : rows) {
        if (!takes_suspect || !by.is_suspect(row) || !by.may_take(row)) continue;
        if (suspect == nullptr || row.deliveries < suspect->deliveries) suspect = &row;
    }
    std::vector<claim_batch> made;
    for (const auto& row : rows) {
        if (room == 0) break;
        if (!by.may_take(row) || (by.is_suspect(row) && &row != suspect)) continue;
        const auto bound = by.least_idle(row.consumer);
        auto at = std::ranges::find(made, bound, &claim_batch::least_idle);
        if (at == made.end()) at = made.insert(at, {bound, {}});
        at->rows.push_back(row);
        --room;
    }
    return made;
}

}  // namespace headroom::tasks::detail
