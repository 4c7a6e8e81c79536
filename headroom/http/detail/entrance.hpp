// http/detail/entrance.hpp: how many requests are in handlers, and who waits to be.
//
// A refusal costs nearly as much as a small answer, and whoever is refused at once asks again at
// once: under overload, refusals would take the cores from the answers. A request too many waits
// its turn instead, for a bounded time and among a bounded number, first come first served.
#pragma once
#include <atomic>
#include <boost/intrusive/list.hpp>
#include <functional>
#include <mutex>
#include <utility>

namespace headroom::http::detail {

/// Shared by all reactors. Nothing is locked as long as nobody waits.
class entrance {
public:
    /// Somebody who waits, from wait() until withdraw(), which must follow.
    class waiter : public boost::intrusive::list_base_hook<> {
    public:
        /// `tell` is called once when it is let in: under a lock, from any thread.
        explicit waiter(std::function<void()> tell) : tell_(std::move(tell)) {}
        bool let_in() const noexcept { return let_in_.load(); }

    private:
        friend class entrance;
        const std::function<void()> tell_;
        std::atomic<bool> let_in_{false};
    };

    entrance(unsigned room, unsigned queue_max) : room_(room), queue_max_(queue_max) {}

    /// Before anybody enters.
    void resize(unsigned room) noexcept { room_ = room; }
    /// A place among those in handlers, or none: then leave() must not follow.
    bool enter() noexcept;
    /// A place, however many there are.
    void enter_always() noexcept { inside_.fetch_add(1); }
    /// Gives the place back, to whoever has waited longest.
    void leave() noexcept;

    /// False when as many wait as may. May let it in at once.
    bool wait(waiter& who);
    /// Waits no more. True when it has a place, which it has to give back.
    bool withdraw(waiter& who);

    unsigned inside() const noexcept { return inside_.load(std::memory_order_relaxed); }
    unsigned waiting() const noexcept { return waiting_.load(std::memory_order_relaxed); }

private:
    void let_next_in();

    unsigned room_;  // sealed once somebody may enter
    const unsigned queue_max_;
    // Whoever leaves first gives the place up, then looks for a waiter; whoever waits first says
    // so, then tries to enter. In the one order of both, one of the two sees the other.
    std::atomic<unsigned> inside_{0}, waiting_{0};
    std::mutex mutex_;
    boost::intrusive::list<waiter> queue_;  // guarded by mutex_
};

/// A place, as long as it lives.
class place {
public:
    place() noexcept = default;
    /// Requires that it was entered.
    explicit place(entrance& of) noexcept : of_(&of) {}
    ~place() { release(); }
    place(const place&) = delete;
    place(place&& from) noexcept : of_(std::exchange(from.of_, nullptr)) {}
    place& operator=(place&& from) noexcept {
        std::swap(of_, from.of_);
        return *this;
    }
    explicit operator bool() const noexcept { return of_ != nullptr; }
    /// Idempotent.
    void release() noexcept {
        if (auto* from = std::exchange(of_, nullptr)) from->leave();
    }

private:
    entrance* of_ = nullptr;
};

}  // namespace headroom::http::detail
