// tasks/detail/bell.hpp: a loop waits until it is rung, or until a moment. On one reactor.
#pragma once
#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/redirect_error.hpp>

#include "headroom/runtime/reactor.hpp"

namespace headroom::tasks::detail {

/// For one waiter. A ring while nobody waits is remembered.
class bell {
public:
    explicit bell(reactor& on) : timer_(on.get_executor()) {}

    void ring() {
        rung_ = true;
        timer_.cancel();
    }
    task<void> wait(deadline until) {
        boost::system::error_code ignored;
        if (!rung_) {
            timer_.expires_at(until.at());
            co_await timer_.async_wait(boost::asio::redirect_error(use_task, ignored));
        }
        rung_ = false;
    }

private:
    using clock = deadline::clock;
    boost::asio::basic_waitable_timer<clock, boost::asio::wait_traits<clock>, executor> timer_;
    bool rung_ = false;
};

}  // namespace headroom::tasks::detail
