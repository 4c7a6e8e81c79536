#include "headroom/tasks/detail/flight_table.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::tasks::detail {

void flight_table::add(flight& one, flight_clock::time_point at) {
    BOOST_ASSERT(!one.in_hand());
    one.renewed = at;
    one.being_renewed = false;
    flights_.push_back(one);
    ++size_;
}

void flight_table::remove(flight& one) noexcept {
    if (!one.in_hand()) return;
    flights_.erase(flights_.iterator_to(one));
    --size_;
}

std::vector<flight*> flight_table::take_due(flight_clock::time_point now) {
    std::vector<flight*> due;
    for (auto& each : flights_) {
        if (now - each.renewed < lease_ / 3 || due.size() == renewals_max) break;
        if (each.being_renewed || (!due.empty() && each.queue != due.front()->queue)) continue;
        each.being_renewed = true;
        due.push_back(&each);
    }
    return due;
}

void flight_table::renewed(flight& one, flight_clock::time_point sent) {
    BOOST_ASSERT(one.in_hand());
    one.renewed = std::max(one.renewed, sent);
    one.being_renewed = false;
    flights_.splice(flights_.end(), flights_, flights_.iterator_to(one));
}

std::optional<flight_clock::time_point> flight_table::next_due() const {
    if (flights_.empty()) return std::nullopt;
    return flights_.front().renewed + lease_ / 3;
}

flight* flight_table::find(std::size_t queue, entry_id id) {
    const auto at = std::ranges::find_if(flights_, [&](const flight& each) {
        return each.queue == queue && each.token.entry == id;
    });
    return at == flights_.end() ? nullptr : &*at;
}

}  // namespace headroom::tasks::detail
