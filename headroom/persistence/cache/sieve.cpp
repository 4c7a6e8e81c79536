#include "headroom/persistence/cache/sieve.hpp"

#include <boost/assert.hpp>
#include <iterator>
#include <utility>

namespace headroom::cache {

sieve::sieve(std::size_t entries_max, std::size_t bytes_max)
    : entries_max_(entries_max), bytes_max_(bytes_max) {
    BOOST_ASSERT(entries_max > 0 && bytes_max > 0);
}

const sieve::entry* sieve::find(std::string_view key, time_point now) {
    const auto at = places_.find(key);
    if (at == places_.end()) return nullptr;
    if (at->second->what.kept_until <= now) {
        drop(at->second);
        return nullptr;
    }
    at->second->asked_for = true;
    return &at->second->what;
}

bool sieve::put(std::string_view key, entry what, std::size_t value_bytes) {
    erase(key);
    const auto bytes = key.size() + value_bytes + entry_bytes;
    if (bytes > bytes_max_) return false;
    while (order_.size() >= entries_max_ || bytes_ + bytes > bytes_max_) evict();
    order_.push_front({std::string(key), std::move(what), bytes});
    places_.emplace(order_.front().key, order_.begin());
    bytes_ += bytes;
    return true;
}

void sieve::erase(std::string_view key) {
    if (const auto at = places_.find(key); at != places_.end()) drop(at->second);
}

void sieve::clear() {
    places_.clear();
    order_.clear();
    hand_ = order_.end();
    bytes_ = 0;
}

/// The next one the hand comes to: towards the newest, and from there to the oldest.
sieve::place sieve::newer(place of) {
    return of == order_.begin() ? std::prev(order_.end()) : std::prev(of);
}

void sieve::drop(place which) {
    if (hand_ == which) hand_ = which == order_.begin() ? order_.end() : std::prev(which);
    bytes_ -= which->bytes;
    places_.erase(which->key);
    order_.erase(which);
}

void sieve::evict() {
    BOOST_ASSERT(!order_.empty());
    auto at = hand_ == order_.end() ? std::prev(order_.end()) : hand_;
    while (std::exchange(at->asked_for, false)) at = newer(at);
    hand_ = at;
    drop(at);
    ++evicted_;
}

}  // namespace headroom::cache
