// persistence/detail/on_reactor.hpp: a call that has to run where its connection lives.
#pragma once
#include <boost/asio/co_spawn.hpp>

#include "headroom/runtime/reactor.hpp"

namespace headroom::persistence::detail {

/// Runs `what` on `where` and resumes the caller on its own reactor with the result. Costs nothing
/// when the caller is there already. Cancelling the caller cancels `what`.
template <class T>
task<T> on_reactor(reactor& where, task<T> what) {
    if (where.is_current()) co_return co_await std::move(what);
    co_return co_await boost::asio::co_spawn(where.get_executor(), std::move(what), use_task);
}

}  // namespace headroom::persistence::detail
