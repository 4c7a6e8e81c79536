// eventsourcing/detail/waiters.hpp: callers that wait until a projection has passed a position.
#pragma once
#include <map>

#include "headroom/eventsourcing/detail/bell.hpp"
#include "headroom/eventsourcing/event.hpp"

namespace headroom::eventsourcing::detail {

/// On one reactor. Ten thousand waiters cost ten thousand entries in a map and no connection.
class waiters {
public:
    explicit waiters(reactor& home) : home_(home) {}

    /// True once the projection has passed `at`; false at the deadline, or when it ends.
    task<bool> wait(log_position at, deadline until) {
        if (at <= passed_) co_return true;
        if (ended_) co_return false;
        entry me(*this, at);
        while (at > passed_ && !ended_ && !until.passed()) co_await me.called.wait(until);
        co_return at <= passed_;
    }

    /// Everything up to here was taken. Going back, after a rewind, wakes nobody.
    void passed(log_position now) {
        passed_ = now;
        for (auto at = waiting_.begin(); at != waiting_.end() && at->first <= now; ++at)
            at->second->called.ring();
    }
    void end() {
        ended_ = true;
        for (const auto& [at, each] : waiting_) each->called.ring();
    }
    bool empty() const noexcept { return waiting_.empty(); }

private:
    struct entry {
        entry(waiters& in, log_position at)
            : called(in.home_), of(in), place(of.waiting_.emplace(at, this)) {}
        ~entry() { of.waiting_.erase(place); }
        entry(const entry&) = delete;
        entry& operator=(const entry&) = delete;
        bell called;
        waiters& of;
        std::multimap<log_position, entry*>::iterator place;
    };

    reactor& home_;
    std::multimap<log_position, entry*> waiting_;
    log_position passed_ = 0;
    bool ended_ = false;
};

}  // namespace headroom::eventsourcing::detail
