// auth/brief_cache.hpp: what was looked up a moment ago, for so short a time that nobody minds.
//
// Whoever changes the truth says so (forget), where it happens in this process; elsewhere the time
// bounds how long the old answer stands. An answer that was under way while something was forgotten
// is not kept: it may be from before.
#pragma once
#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "headroom/runtime/deadline.hpp"

namespace headroom::auth {

struct brief_cache_figures {
    std::uint64_t hits = 0, misses = 0, evictions = 0, forgotten = 0;
    std::size_t entries = 0;
};

/// Bounded; beyond it what was put in longest ago goes. T is copied out. Thread-safe: one lock,
/// held for a look-up only.
template <class T>
class brief_cache {
public:
    using clock = deadline::clock;
    using now_source = std::function<clock::time_point()>;

    /// `entries_max` of 0: nothing is kept.
    brief_cache(std::size_t entries_max, std::chrono::milliseconds kept,
                now_source now = clock::now)
        : entries_max_(entries_max), kept_(kept), now_(std::move(now)) {}

    /// Nothing once the time is over.
    std::optional<T> find(std::string_view key) {
        const std::scoped_lock lock(mutex_);
        const auto at = index_.find(key);
        if (at == index_.end() || at->second->until <= now_()) {
            ++figures_.misses;
            return std::nullopt;
        }
        ++figures_.hits;
        return at->second->value;
    }

    /// To be taken before the truth is asked, and handed to put().
    std::uint64_t ticket() const {
        const std::scoped_lock lock(mutex_);
        return figures_.forgotten;
    }

    /// Kept unless something was forgotten since the ticket.
    void put(const std::string& key, T value, std::uint64_t ticket) {
        const std::scoped_lock lock(mutex_);
        if (entries_max_ == 0 || ticket != figures_.forgotten) return;
        erase(index_.find(key));
        if (index_.size() == entries_max_) {
            ++figures_.evictions;
            erase(index_.find(entries_.back().key));
        }
        entries_.push_front({key, std::move(value), now_() + kept_});
        index_.emplace(entries_.front().key, entries_.begin());
    }

    void forget(std::string_view key) {
        const std::scoped_lock lock(mutex_);
        ++figures_.forgotten;
        erase(index_.find(key));
    }

    /// Every entry of which `is` says so; linear.
    void forget_if(const std::function<bool(const T&)>& is) {
        const std::scoped_lock lock(mutex_);
        ++figures_.forgotten;
        for (auto at = entries_.begin(); at != entries_.end();) {
            const auto here = at++;
            if (is(here->value)) erase(index_.find(here->key));
        }
    }

    brief_cache_figures figures() const {
        const std::scoped_lock lock(mutex_);
        auto shown = figures_;
        shown.entries = entries_.size();
        return shown;
    }

private:
    struct entry {
        std::string key;
        T value;
        clock::time_point until;
    };
    using place = typename std::list<entry>::iterator;
    using places = std::unordered_map<std::string_view, place>;

    void erase(typename places::iterator at) {  // requires mutex_
        if (at == index_.end()) return;
        const auto there = at->second;
        index_.erase(at);  // its key is a view into the entry
        entries_.erase(there);
    }

    const std::size_t entries_max_;
    const std::chrono::milliseconds kept_;
    const now_source now_;
    mutable std::mutex mutex_;
    std::list<entry> entries_;  // guarded by mutex_; the newest first
    places index_;              // guarded by mutex_
    brief_cache_figures figures_;
};

}  // namespace headroom::auth
