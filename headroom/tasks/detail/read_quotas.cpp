#include "headroom/tasks/detail/read_quotas.hpp"

#include <algorithm>
#include <boost/assert.hpp>
#include <cmath>
#include <numeric>

namespace headroom::tasks::detail {

read_quotas::read_quotas(std::vector<unsigned> weights, bool strict)
    : weights_(std::move(weights)), strict_(strict), credit_(weights_.size(), 0.0) {
    BOOST_ASSERT(!weights_.empty() && weights_.size() <= queues_max);
    for (const auto weight : weights_) BOOST_ASSERT(weight >= 1 && weight <= weight_max);
}

std::vector<unsigned> read_quotas::next(unsigned room, const std::vector<bool>& open) {
    std::vector<unsigned> made(weights_.size(), 0);
    double total = 0;
    for (std::size_t i = 0; i < made.size(); ++i) total += open[i] ? weights_[i] : 0;
    if (total == 0) return made;
    if (strict_) {
        made[static_cast<std::size_t>(std::ranges::find(open, true) - open.begin())] = room;
        return made;
    }
    unsigned left = room;
    for (std::size_t i = 0; i < made.size(); ++i) {
        if (!open[i]) continue;
        credit_[i] += room * weights_[i] / total;
        // Who was given more than its due last time owes it.
        made[i] = std::min(left, static_cast<unsigned>(std::max(0.0, std::floor(credit_[i]))));
        left -= made[i];
        credit_[i] -= made[i];
    }
    while (left > 0) {
        const auto at = most_credit(open);
        ++made[at];
        credit_[at] -= 1;
        --left;
    }
    return made;
}

/// Of the open ones; there is one.
std::size_t read_quotas::most_credit(const std::vector<bool>& open) const {
    std::size_t most = weights_.size();
    for (std::size_t i = 0; i < credit_.size(); ++i)
        if (open[i] && (most == weights_.size() || credit_[i] > credit_[most])) most = i;
    return most;
}

std::vector<unsigned> read_quotas::again(unsigned room, const std::vector<unsigned>& asked,
                                         const std::vector<unsigned>& found,
                                         const std::vector<bool>& open) const {
    std::vector<unsigned> made(weights_.size(), 0);
    const auto taken = std::accumulate(found.begin(), found.end(), 0u);
    unsigned left = room > taken ? room - taken : 0;
    std::vector<std::size_t> order(weights_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    if (!strict_)
        std::ranges::sort(order, {},
                          [&](auto i) { return std::pair(weight_max - weights_[i], i); });
    std::size_t first = 0;  // in strict order those up to the one asked last have no more
    for (std::size_t i = 0; i < asked.size() && strict_; ++i)
        if (asked[i] > 0) first = i + 1;
    for (const auto i : order) {
        const bool may_have_more = found[i] >= asked[i];
        if (left == 0 || !may_have_more || !open[i] || i < first) continue;
        made[i] = left;  // whoever has the most weight takes it; the rest come next time
        left = 0;
    }
    return made;
}

}  // namespace headroom::tasks::detail
