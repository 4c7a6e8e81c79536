// runtime/task.hpp: the coroutine type of every asynchronous function in headroom.
//
// A task runs on one reactor (runtime/reactor.hpp) and never leaves it; its executor is typed, so
// that resuming it costs a queue entry and no virtual call. A task is lazy: it starts when awaited
// or spawned. Name the type when returning an aggregate: `co_return row{a, b};`.
#pragma once
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace headroom {

using executor = boost::asio::io_context::executor_type;

template <class T = void>
using task = boost::asio::awaitable<T, executor>;

/// The completion token that turns an Asio operation into something a task can co_await.
inline constexpr boost::asio::use_awaitable_t<executor> use_task{};

}  // namespace headroom
