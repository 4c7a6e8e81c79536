#include "headroom/eventsourcing/detail/care.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::eventsourcing::detail {

void care::begin(std::optional<log_position> trying, unsigned attempts, std::size_t after_crash) {
    suspect_ = trying;
    attempts_ = trying ? attempts : 0;
    alone_ = after_crash;
    limit_ = 0;
    found_ = false;
}

std::size_t care::at_most(std::size_t wanted) const noexcept {
    return limit_ == 0 ? wanted : std::min(wanted, limit_);
}

void care::broke(std::size_t events, log_position last) {
    BOOST_ASSERT(events > 0);
    if (events == 1) return suspect(last);
    limit_ = std::max<std::size_t>(1, events / 2);
    halving_until_ = last;
    found_ = false;
}

void care::suspect(log_position at) {
    if (suspect_ == at) return;
    suspect_ = at;
    attempts_ = 0;
}

void care::passed(log_position last) {
    if (alone_ > 0) --alone_;
    if (suspect_ && last >= *suspect_) {
        suspect_.reset();
        attempts_ = 0;
        found_ = true;
    }
    if (limit_ == 0) return;
    if (limit_ == 1) found_ = true;
    if (found_) limit_ *= 2;
    if (last >= halving_until_) limit_ = 0;
}

unsigned care::attempts(log_position at) const noexcept { return suspect_ == at ? attempts_ : 0; }

std::chrono::milliseconds care::pause(log_position at) const noexcept {
    const auto tried = attempts(at);
    if (tried == 0) return std::chrono::milliseconds(0);
    const auto doubled = within_.retry_least * (1U << std::min(tried - 1, 16U));
    return std::min<std::chrono::milliseconds>(within_.retry_most, doubled);
}

void care::excuse(log_position at) noexcept {
    if (suspect_ == at && attempts_ > 0) --attempts_;
}

void care::tries(log_position at) {
    suspect(at);
    ++attempts_;
}

}  // namespace headroom::eventsourcing::detail
