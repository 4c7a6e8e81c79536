#include "headroom/auth/key_refresh.hpp"

#include <algorithm>

namespace headroom::auth {

using std::chrono::milliseconds;

key_refresh::key_refresh(key_refresh_bounds within, std::minstd_rand random)
    : within_(within), random_(random), retries_(within.retries, random) {}

key_refresh::act key_refresh::ask(bool known, bool waited, time_point now) {
    const auto now_is = is(now);
    const bool usable = now_is == key_freshness::fresh || now_is == key_freshness::stale;
    if (usable && known) return act::answer;
    if (waited) return usable && !failing_ ? act::answer : act::unavailable;
    if (under_way_) return act::wait;
    if (!usable) return now >= due_ ? act::fetch : act::unavailable;
    if (now < unknown_again_) return failing_ ? act::unavailable : act::answer;
    unknown_again_ = now + within_.cooldown;
    return act::fetch;
}

bool key_refresh::due(time_point now) const { return !under_way_ && now >= due_; }

std::optional<key_refresh::time_point> key_refresh::due_at() const {
    return under_way_ ? std::nullopt : std::optional(due_);
}

void key_refresh::begun() { under_way_ = true; }

void key_refresh::fetched(std::optional<std::chrono::seconds> max_age, time_point now) {
    under_way_ = failing_ = false;
    ever_ = true;
    retries_.reset();
    const auto asked = max_age ? milliseconds(std::min<std::chrono::seconds>(
                                     *max_age, std::chrono::ceil<std::chrono::seconds>(
                                                   within_.ttl_max)))
                               : within_.ttl;
    const auto ttl = std::clamp(asked, within_.ttl_min, within_.ttl_max);
    ends_ = now + ttl;
    std::uniform_int_distribution<milliseconds::rep> spread(within_.ahead.count(),
                                                            2 * within_.ahead.count());
    due_ = std::max(ends_ - milliseconds(spread(random_)), now + ttl / 2);
}

void key_refresh::failed(time_point now) {
    under_way_ = false;
    failing_ = true;
    // One that was asked for by an unknown key was not due: the keys there are still fresh.
    if (is(now) != key_freshness::fresh || due_ <= now) due_ = now + retries_.next();
    unknown_again_ = std::max(unknown_again_, now + within_.cooldown);
}

key_freshness key_refresh::is(time_point now) const {
    if (!ever_) return key_freshness::none;
    if (now < ends_) return key_freshness::fresh;
    return now < spent_at() ? key_freshness::stale : key_freshness::spent;
}

}  // namespace headroom::auth
