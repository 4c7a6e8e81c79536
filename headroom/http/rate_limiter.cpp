#include "headroom/http/rate_limiter.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::http {

rate_limiter::rate_limiter(const rate_terms& with)
    : terms_(with),
      apart_(std::chrono::nanoseconds(std::chrono::seconds(1)) / std::max(with.per_second, 1U)),
      burst_time_(apart_ * with.burst) {
    BOOST_ASSERT(with.per_second > 0 && with.burst > 0 && with.clients_max > 0);
}

rate_limiter::moment& rate_limiter::state_of(std::string_view client, moment now) {
    if (const auto at = known_.find(client); at != known_.end()) {
        recent_.splice(recent_.begin(), recent_, at->second);
        return recent_.front().full_at;
    }
    if (recent_.size() == terms_.clients_max) {
        known_.erase(recent_.back().name);
        recent_.pop_back();
    }
    recent_.push_front({std::string(client), now});
    known_.emplace(recent_.front().name, recent_.begin());
    return recent_.front().full_at;
}

rate_verdict rate_limiter::ask(std::string_view client, moment now) {
    std::scoped_lock lock(mutex_);
    return judged(state_of(client, now), now);
}

rate_verdict rate_limiter::look(std::string_view client, moment now) {
    std::scoped_lock lock(mutex_);
    const auto at = known_.find(client);
    auto seen = at == known_.end() ? now : at->second->full_at;
    return judged(seen, now);
}

rate_verdict rate_limiter::judged(moment& full_at, moment now) {
    full_at = std::max(full_at, now);
    const auto after = full_at + apart_;
    rate_verdict found;
    found.admitted = after - now <= burst_time_;
    if (found.admitted) {
        full_at = after;
    } else {
        ++refused_;
        found.wait = after - now - burst_time_;
    }
    found.until_full = full_at - now;
    found.left = static_cast<unsigned>((burst_time_ - found.until_full) / apart_);
    return found;
}

std::size_t rate_limiter::clients() const {
    std::scoped_lock lock(mutex_);
    return recent_.size();
}

std::uint64_t rate_limiter::refused() const {
    std::scoped_lock lock(mutex_);
    return refused_;
}

}  // namespace headroom::http
