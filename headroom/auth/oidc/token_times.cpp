#include "headroom/auth/oidc/token_times.hpp"

#include <boost/assert.hpp>

namespace headroom::auth {

token_times::token_times(token_times_bounds within, std::minstd_rand random)
    : within_(within), random_(random), pauses_(within.pauses, random) {
    BOOST_ASSERT(0 < within.due_from && within.due_from <= within.due_until);
    BOOST_ASSERT(within.due_until < 1);
}

token_times::act token_times::ask(time_point now) const {
    if (now >= ends_) return now < asked_pause_ ? act::refuse : act::fetch_first;
    return now >= due_ && now >= again_ ? act::use_and_fetch : act::use;
}

void token_times::fetched(std::chrono::seconds life, time_point asked) {
    std::uniform_real_distribution<double> part(within_.due_from, within_.due_until);
    const auto whole = std::chrono::duration<double>(life);
    due_ = asked + std::chrono::duration_cast<time_point::duration>(whole * part(random_));
    ends_ = asked + life;
    again_ = asked_pause_ = {};
    pauses_.reset();
}

void token_times::failed(const oidc_failure& why, time_point now) {
    again_ = now + pauses_.next();
    if (!why.retry_after) return;
    asked_pause_ = now + *why.retry_after;
    again_ = std::max(again_, asked_pause_);
}

std::chrono::seconds token_times::refused_for(time_point now) const {
    return std::chrono::ceil<std::chrono::seconds>(
        std::max(asked_pause_ - now, time_point::duration::zero()));
}

}  // namespace headroom::auth
