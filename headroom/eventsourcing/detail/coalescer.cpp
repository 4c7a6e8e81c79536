#include "headroom/eventsourcing/detail/coalescer.hpp"

#include <algorithm>
#include <cstring>

namespace headroom::eventsourcing::detail {

using place = append_entry::place;

// The tail of an identifier is random in every version that is in use.
std::size_t coalescer::hash::operator()(const uuid& of) const noexcept {
    std::size_t value = 0;
    std::memcpy(&value, of.bytes.data() + 8, sizeof value);
    return value;
}

bool coalescer::has_room(std::size_t bytes) const noexcept {
    return waiting_ < within_.waiting_max && waiting_bytes_ + bytes <= within_.waiting_bytes_max;
}

void coalescer::enter(const entry& one, time_point now) {
    BOOST_ASSERT(one->at == place::outside && has_room(one->bytes));
    one->at = place::waiting;
    one->since = now;
    ++waiting_;
    waiting_bytes_ += one->bytes;
    for (const auto& each : one->what.streams) {
        auto& queue = lines_[each.stream];
        if (!queue.empty()) ++one->behind;
        queue.push_back(one);
    }
    if (one->behind == 0) make_ready(one, ready_.end());
}

void coalescer::make_ready(const entry& one, append_entry::list::iterator before) {
    one->at = place::ready;
    one->in_ready = ready_.insert(before, one);
}

bool coalescer::fits(const append_entry& one, std::size_t appends, std::size_t events,
                     std::size_t bytes) const noexcept {
    if (appends == 0) return true;
    return !one.alone && appends < within_.batch_appends_max &&
           events + one.events <= within_.batch_events_max &&
           bytes + one.bytes <= within_.batch_bytes_max;
}

std::vector<coalescer::entry> coalescer::next() {
    std::vector<entry> batch;
    std::size_t events = 0, bytes = 0;
    while (!ready_.empty() && fits(*ready_.front(), batch.size(), events, bytes)) {
        auto one = std::move(ready_.front());
        ready_.pop_front();
        one->at = place::carried;
        --waiting_;
        waiting_bytes_ -= one->bytes;
        events += one->events;
        bytes += one->bytes;
        const bool alone = one->alone;
        batch.push_back(std::move(one));
        if (alone) break;
    }
    std::ranges::sort(batch, {}, [](const entry& each) -> const uuid& { return each->least; });
    return batch;
}

bool coalescer::leave(append_entry& one, time_point now) {
    if (one.at == place::carried || one.at == place::outside) return false;
    if (one.at == place::ready) ready_.erase(one.in_ready);
    --waiting_;
    waiting_bytes_ -= one.bytes;
    step_out(one, now);
    return true;
}

void coalescer::done(append_entry& one, time_point now) {
    BOOST_ASSERT(one.at == place::carried);
    step_out(one, now);
}

// Whoever stood right behind the first of a line is the first there now.
void coalescer::step_out(append_entry& one, time_point now) {
    one.at = place::outside;
    for (const auto& each : one.what.streams) {
        const auto found = lines_.find(each.stream);
        BOOST_ASSERT(found != lines_.end());
        auto& queue = found->second;
        const auto at = std::ranges::find(queue, &one, &entry::get);
        BOOST_ASSERT(at != queue.end());
        const bool was_first = at == queue.begin();
        queue.erase(at);
        if (queue.empty()) {
            lines_.erase(found);
        } else if (was_first && --queue.front()->behind == 0) {
            queue.front()->since = now;
            make_ready(queue.front(), ready_.end());
        }
    }
}

void coalescer::again(const entry& one, bool alone) {
    BOOST_ASSERT(one->at == place::carried);
    one->alone = one->alone || alone;
    ++waiting_;
    waiting_bytes_ += one->bytes;
    make_ready(one, ready_.begin());
}

std::vector<coalescer::entry> coalescer::clear() {
    std::vector<entry> all;
    for (const auto& [stream, queue] : lines_)
        for (const auto& each : queue)
            if (each->at == place::waiting || each->at == place::ready) all.push_back(each);
    std::ranges::sort(all);
    all.erase(std::ranges::unique(all).begin(), all.end());
    for (const auto& each : all) leave(*each, {});
    return all;
}

}  // namespace headroom::eventsourcing::detail
