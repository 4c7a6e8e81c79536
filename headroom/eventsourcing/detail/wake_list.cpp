#include "headroom/eventsourcing/detail/wake_list.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/this_coro.hpp>

namespace headroom::eventsourcing::detail {

task<void> wake_list::wait(deadline until) {
    timer bell(co_await boost::asio::this_coro::executor, until.at());
    const auto at = waiting_.insert(waiting_.end(), &bell);
    boost::system::error_code woken;  // a wake is a cancelled timer
    co_await bell.async_wait(boost::asio::redirect_error(use_task, woken));
    waiting_.erase(at);
}

void wake_list::wake_all() {
    for (auto* each : waiting_) each->cancel();
}

}  // namespace headroom::eventsourcing::detail
