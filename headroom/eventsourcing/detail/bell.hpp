// eventsourcing/detail/bell.hpp: how one coroutine waits for whatever may concern it next.
#pragma once
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <utility>

#include "headroom/runtime/reactor.hpp"

namespace headroom::eventsourcing::detail {

/// Rung while nobody waits, it answers the next wait at once: no wake-up is lost. One waits, on the
/// reactor; anybody on that reactor rings.
class bell {
public:
    explicit bell(reactor& home) : timer_(home.get_executor()) {}

    void ring() {
        rung_ = true;
        timer_.cancel();
    }

    /// Until it rings, or the deadline.
    task<void> wait(deadline until) {
        if (!rung_) {
            timer_.expires_at(until.at());
            boost::system::error_code ignored;
            co_await timer_.async_wait(boost::asio::redirect_error(use_task, ignored));
        }
        rung_ = false;
    }

private:
    boost::asio::basic_waitable_timer<deadline::clock, boost::asio::wait_traits<deadline::clock>,
                                      executor>
        timer_;
    bool rung_ = false;
};

}  // namespace headroom::eventsourcing::detail
