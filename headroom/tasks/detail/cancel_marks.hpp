// tasks/detail/cancel_marks.hpp: the tasks of a queue that somebody cancelled, as last seen.
#pragma once
#include <atomic>
#include <mutex>
#include <string>
#include <unordered_set>
#include <utility>

namespace headroom::tasks::detail {

/// Written by the pump, asked by the stage before each task. Thread-safe; costs one relaxed load
/// while nothing is cancelled.
class cancel_marks {
public:
    void replace(std::unordered_set<std::string> ids) {
        const std::lock_guard lock(mutex_);
        ids_ = std::move(ids);
        size_.store(ids_.size(), std::memory_order_release);
    }
    bool contain(const std::string& id) const {
        if (size_.load(std::memory_order_acquire) == 0) return false;
        const std::lock_guard lock(mutex_);
        return ids_.contains(id);
    }

private:
    mutable std::mutex mutex_;
    std::unordered_set<std::string> ids_;  // guarded by mutex_
    std::atomic<std::size_t> size_{0};
};

}  // namespace headroom::tasks::detail
