#include "headroom/http/client/detail/turns.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::http::detail {

// ---- who waits ----

turns::waiter::waiter(turns& of, const std::string& origin, std::function<void()> wake)
    : of_(of), at_(of.origins_.try_emplace(origin).first), wake_(std::move(wake)) {
    ++at_->second.waiting;
    in_line_ = of_.line_.insert(of_.line_.end(), this);
    of_.call_next();
}

turns::waiter::~waiter() {
    if (!come_) of_.line_.erase(in_line_);
    --at_->second.waiting;
    if (come_ && !taken_) of_.end(at_);
    else of_.forget_if_unused(at_);
}

turns::turn turns::waiter::take() {
    BOOST_ASSERT_MSG(come_ && !taken_, "a turn is taken once, when it has come");
    taken_ = true;
    return {of_, at_};
}

// ---- whose turn it is ----

unsigned turns::connections_of(const origin_uses& of) noexcept {
    return of.shares ? std::min(of.under_way, 1U) : of.under_way;
}

bool turns::has_room(const origin_uses& of) const noexcept {
    if (of.shares && of.under_way > 0) return of.under_way < shared_max;
    return connections_ < connections_max_ && of.under_way < per_origin_max_;
}

void turns::begin(origin_uses& of) noexcept {
    connections_ -= connections_of(of);
    ++of.under_way;
    connections_ += connections_of(of);
}

void turns::end(place at) {
    connections_ -= connections_of(at->second);
    --at->second.under_way;
    connections_ += connections_of(at->second);
    forget_if_unused(at);
    call_next();
}

void turns::forget_if_unused(place at) {
    if (at->second.under_way == 0 && at->second.waiting == 0) origins_.erase(at);
}

void turns::call_next() {
    for (auto each = line_.begin(); each != line_.end();) {
        auto& next = **each;
        if (!has_room(next.at_->second)) {
            ++each;
            continue;
        }
        each = line_.erase(each);
        begin(next.at_->second);
        next.come_ = true;
        next.wake_();
    }
}

void turns::turn::speaks_http2(bool that) const {
    auto& uses = at_->second;
    if (uses.shares == that) return;
    of_->connections_ -= connections_of(uses);
    uses.shares = that;
    of_->connections_ += connections_of(uses);
    of_->call_next();
}

}  // namespace headroom::http::detail
