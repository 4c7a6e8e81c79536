// persistence/cache/sieve.hpp: the values a process holds itself, bounded in number and bytes.
//
// SIEVE (Y. Zhang et al., "SIEVE is Simpler than LRU: an Efficient Turn-Key Eviction Algorithm for
// Web Caches", NSDI 2024): a queue in the order of arrival, a mark on what was asked for since, and
// a hand that walks from the oldest on, takes marks off and evicts what has none. A hit moves
// nothing, and one pass over many keys that are asked for once does not push out those that are
// asked for again and again, as it does with LRU. Pure: time is handed in. Not thread-safe.
#pragma once
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

#include "headroom/runtime/deadline.hpp"

namespace headroom::cache {

class sieve {
public:
    using time_point = deadline::clock::time_point;
    static constexpr std::size_t entry_bytes = 160;  ///< counted for each, beside key and value

    struct entry {
        std::shared_ptr<const void> value;
        time_point fresh_until{}, kept_until{};
    };

    /// Requires 1 or more of each.
    sieve(std::size_t entries_max, std::size_t bytes_max);
    sieve(const sieve&) = delete;
    sieve& operator=(const sieve&) = delete;

    /// None, too, once its time is over. Valid until the next call that is not find().
    const entry* find(std::string_view key, time_point now);
    /// In place of what was there; others go for it. False when it is larger than bytes_max alone.
    bool put(std::string_view key, entry what, std::size_t value_bytes);
    void erase(std::string_view key);
    void clear();

    std::size_t size() const noexcept { return order_.size(); }
    std::size_t bytes() const noexcept { return bytes_; }
    std::uint64_t evicted() const noexcept { return evicted_; }

private:
    struct node {
        std::string key;
        entry what;
        std::size_t bytes;
        bool asked_for = false;
    };
    using place = std::list<node>::iterator;

    place newer(place of);
    void drop(place which);
    void evict();

    const std::size_t entries_max_, bytes_max_;
    std::list<node> order_;                              // the newest first
    place hand_ = order_.end();                          // end: begins at the oldest
    std::unordered_map<std::string_view, place> places_;  // keys point into order_
    std::size_t bytes_ = 0;
    std::uint64_t evicted_ = 0;
};

}  // namespace headroom::cache
