#include "headroom/http/detail/entrance.hpp"

namespace headroom::http::detail {

bool entrance::enter() noexcept {
    if (waiting_.load() > 0) return false;  // whoever waits already goes first
    if (inside_.fetch_add(1) < room_) return true;
    leave();  // and not the count alone: somebody may just have found no room because of it
    return false;
}

void entrance::leave() noexcept {
    inside_.fetch_sub(1);
    if (waiting_.load() > 0) let_next_in();
}

bool entrance::wait(waiter& who) {
    {
        const std::scoped_lock lock(mutex_);
        if (waiting_.load() >= queue_max_) return false;
        queue_.push_back(who);
        waiting_.fetch_add(1);
    }
    let_next_in();
    return true;
}

bool entrance::withdraw(waiter& who) {
    const std::scoped_lock lock(mutex_);
    if (!who.is_linked()) return who.let_in();
    queue_.erase(queue_.iterator_to(who));
    waiting_.fetch_sub(1);
    return false;
}

void entrance::let_next_in() {
    const std::scoped_lock lock(mutex_);
    while (!queue_.empty()) {
        if (inside_.fetch_add(1) >= room_) {
            inside_.fetch_sub(1);
            return;
        }
        auto& first = queue_.front();
        queue_.pop_front();
        waiting_.fetch_sub(1);
        first.let_in_.store(true);
        first.tell_();
    }
}

}  // namespace headroom::http::detail
