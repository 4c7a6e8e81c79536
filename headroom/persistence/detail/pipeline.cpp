#include "headroom/persistence/detail/pipeline.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::persistence::detail {

using fate = pipeline::event::fate;

std::uint64_t pipeline::sent(item next) {
    if (next.what == expects::execute) ++pending_;
    items_.push_back(next);
    return head_ + items_.size() - 1;
}

void pipeline::abandon(std::uint64_t first, std::uint64_t last) {
    BOOST_ASSERT(last < head_ + items_.size());
    for (auto at = std::max(first, head_); at <= last; ++at)
        items_[static_cast<std::size_t>(at - head_)].to = nullptr;
}

pipeline::event pipeline::on(result_kind result) {
    if (items_.empty()) return {.what = fate::confused};
    item& front = items_.front();
    if (front.what == expects::sync) return on_sync_due(result);
    switch (result) {
        case result_kind::sync: return {.what = fate::confused};
        case result_kind::end:
            if (!front.answered) return {.what = fate::confused};
            return pop({.finished = front.completes, .to = front.to});
        default: return answer(front, result);
    }
}

// An error here is one of the commit: a deferred constraint, a serialization failure.
pipeline::event pipeline::on_sync_due(result_kind result) {
    item& front = items_.front();
    switch (result) {
        case result_kind::sync: return pop({.finished = front.completes, .to = front.to});
        case result_kind::error: return {.what = fate::fail, .to = front.to};
        case result_kind::end: return {};
        default: return {.what = fate::confused};
    }
}

pipeline::event pipeline::answer(item& front, result_kind result) {
    front.answered = true;
    const bool good = result == result_kind::ok;
    event said{.cached = front.cached, .to = front.to};
    switch (front.what) {
        case expects::prepare: said.what = good ? fate::prepared : fate::prepare_failed; break;
        case expects::housekeeping:
            said.what = good ? fate::drop : fate::housekeeping_failed;
            break;
        default: said.what = good ? fate::keep : fate::fail;
    }
    if (said.to == nullptr && front.what == expects::execute) said.what = fate::drop;
    return said;
}

pipeline::event pipeline::pop(event with) {
    if (items_.front().what == expects::execute) --pending_;
    items_.pop_front();
    ++head_;
    if (with.to == nullptr) with.finished = false;
    return with;
}

}  // namespace headroom::persistence::detail
