// budget/holder.hpp: on whose behalf units are held: one request, one task, one transaction.
//
// A pool asks it one question: does this caller hold a unit already? If so the caller must not
// queue for another, or enough such callers wait for each other for ever (design law 5).
#pragma once
#include <atomic>
#include <boost/assert.hpp>
#include <chrono>
#include <string>
#include <utility>

namespace headroom::budget {

/// One piece of work that may hold units. Lives as long as the work; outlives every hold it gave.
/// Thread-safe: a unit may come back on another thread than it was taken on.
class holder {
public:
    explicit holder(std::string name = {}) : name_(std::move(name)) {}
    ~holder() { BOOST_ASSERT_MSG(holding() == 0, "a holder ended before the units it holds"); }
    holder(const holder&) = delete;
    holder& operator=(const holder&) = delete;

    const std::string& name() const noexcept { return name_; }
    unsigned holding() const noexcept { return holding_.load(std::memory_order_relaxed); }

    /// How long it has queued for units, all together; told by the pools it queued in.
    std::chrono::nanoseconds waited() const noexcept {
        return std::chrono::nanoseconds(waited_ns_.load(std::memory_order_relaxed));
    }
    void add_wait(std::chrono::nanoseconds more) noexcept {
        waited_ns_.fetch_add(more.count(), std::memory_order_relaxed);
    }

private:
    friend class hold;
    const std::string name_;
    std::atomic<unsigned> holding_{0};
    std::atomic<std::chrono::nanoseconds::rep> waited_ns_{0};
};

/// The mark that a holder has one unit more. Move-only; gone, the holder has one less.
class [[nodiscard]] hold {
public:
    hold() noexcept = default;
    explicit hold(holder& by) noexcept : by_(&by) {
        by.holding_.fetch_add(1, std::memory_order_relaxed);
    }
    hold(hold&& from) noexcept : by_(std::exchange(from.by_, nullptr)) {}
    hold& operator=(hold&& from) noexcept {
        std::swap(by_, from.by_);
        return *this;
    }
    ~hold() {
        if (by_ == nullptr) return;
        [[maybe_unused]] const auto before = by_->holding_.fetch_sub(1, std::memory_order_relaxed);
        BOOST_ASSERT(before > 0);
    }

    const holder* by() const noexcept { return by_; }

private:
    holder* by_ = nullptr;
};

}  // namespace headroom::budget
