#include "headroom/eventsourcing/detail/event_pages.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::eventsourcing::detail {

event_page part_of(const page_ptr& of, log_position after, std::size_t events_max) {
    const std::span<const recorded_event> all(of->events);
    const auto first = std::ranges::upper_bound(all, after, {}, &recorded_event::position);
    const auto left = static_cast<std::size_t>(all.end() - first);
    const auto taken = all.subspan(static_cast<std::size_t>(first - all.begin()),
                                   std::min(left, events_max));
    const auto through = taken.size() < left ? taken.back().position : of->through;
    return event_page(of, taken, through);
}

void event_pages::restart(log_position head) {
    tail_.clear();
    past_.clear();
    tail_bytes_ = past_bytes_ = 0;
    head_ = head;
}

void event_pages::append(page_ptr what) {
    BOOST_ASSERT(what->after == head_ && what->through > head_);
    head_ = what->through;
    tail_bytes_ += what->bytes;
    tail_.push_back(std::move(what));
    while (tail_bytes_ > bytes_max_ && tail_.size() > 1) {
        tail_bytes_ -= tail_.front()->bytes;
        tail_.pop_front();
    }
}

void event_pages::keep(page_ptr what) {
    past_bytes_ += what->bytes;
    const auto key = what->after;
    auto& place = past_[key];
    if (place.what) past_bytes_ -= place.what->bytes;
    place = {std::move(what), ++tick_};
    while (past_bytes_ > bytes_max_ && past_.size() > 1) {
        const auto oldest = std::ranges::min_element(
            past_, {}, [](const auto& each) { return each.second.used; });
        past_bytes_ -= oldest->second.what->bytes;
        past_.erase(oldest);
    }
}

page_ptr event_pages::find(log_position after) {
    BOOST_ASSERT(after < head_);
    if (after >= tail_begins()) {
        const auto at = std::ranges::upper_bound(
            tail_, after, {}, [](const page_ptr& each) { return each->through; });
        return *at;
    }
    auto at = past_.upper_bound(after);
    if (at == past_.begin()) return nullptr;
    auto& found = std::prev(at)->second;
    if (found.what->through <= after) return nullptr;
    found.used = ++tick_;
    return found.what;
}

}  // namespace headroom::eventsourcing::detail
