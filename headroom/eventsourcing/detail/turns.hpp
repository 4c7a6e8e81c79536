// eventsourcing/detail/turns.hpp: who writes next: first come, first served, a few at a time.
//
// There are many projections and few writer sessions. They queue here for a batch's time each, not
// at the pool: a queue that stands while everybody catches up is no overload to be shed.
#pragma once
#include <list>
#include <optional>
#include <utility>

#include "headroom/eventsourcing/detail/bell.hpp"

namespace headroom::eventsourcing::detail {

/// One reactor's own. Outlives its turns.
class turns {
public:
    turns(reactor& home, unsigned at_once) : home_(home), free_(at_once) {}

    /// A place among those at work; gone, the next one has it.
    class turn {
    public:
        turn(turn&& from) noexcept : of_(std::exchange(from.of_, nullptr)) {}
        turn& operator=(turn&&) = delete;
        ~turn() {
            if (of_ != nullptr) of_->give_back();
        }

    private:
        friend class turns;
        explicit turn(turns& of) noexcept : of_(&of) {}
        turns* of_;
    };

    /// Nothing at the deadline.
    task<std::optional<turn>> take(deadline until) {
        if (free_ > 0) {
            --free_;
            co_return turn(*this);
        }
        const waiting me(*this);
        co_await me.at->called.wait(until);
        if (!me.at->served) co_return std::nullopt;
        me.at->served = false;
        co_return turn(*this);
    }

    std::size_t queued() const noexcept { return queue_.size(); }

private:
    struct place {
        explicit place(reactor& home) : called(home) {}
        bell called;
        bool served = false;
    };
    // Leaves the queue however its coroutine ends, and hands on a turn nobody took.
    struct waiting {
        explicit waiting(turns& in)
            : of(in), at(of.queue_.emplace(of.queue_.end(), of.home_)) {}
        ~waiting() {
            const bool unused = at->served;
            of.queue_.erase(at);
            if (unused) of.give_back();
        }
        waiting(const waiting&) = delete;
        waiting& operator=(const waiting&) = delete;
        turns& of;
        std::list<place>::iterator at;
    };

    void give_back() {
        for (auto& each : queue_)
            if (!each.served) {
                each.served = true;
                return each.called.ring();
            }
        ++free_;
    }

    reactor& home_;
    unsigned free_;
    std::list<place> queue_;
};

}  // namespace headroom::eventsourcing::detail
