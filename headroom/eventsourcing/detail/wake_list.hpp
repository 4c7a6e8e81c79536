// eventsourcing/detail/wake_list.hpp: coroutines of one reactor that wait for a change.
#pragma once
#include <boost/asio/basic_waitable_timer.hpp>
#include <list>

#include "headroom/runtime/deadline.hpp"
#include "headroom/runtime/task.hpp"

namespace headroom::eventsourcing::detail {

/// Whoever waits looks again after each wake. Everything on the reactor's thread; outlives its
/// waiters.
class wake_list {
public:
    /// Until the next wake_all(), at most until the deadline.
    task<void> wait(deadline until);
    void wake_all();

private:
    using timer = boost::asio::basic_waitable_timer<
        deadline::clock, boost::asio::wait_traits<deadline::clock>, executor>;
    std::list<timer*> waiting_;
};

}  // namespace headroom::eventsourcing::detail
