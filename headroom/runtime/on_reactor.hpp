// runtime/on_reactor.hpp: a call that has to run where its connection lives.
#pragma once
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <expected>

#include "headroom/runtime/reactor.hpp"

namespace headroom {
namespace detail {

/// What a task came to, to be carried to another thread. An exception has one owner then: threads
/// that shared it would free it beside whoever still reads it.
template <class T>
using carried = std::expected<T, std::exception_ptr>;

template <class T>
task<carried<T>> carry(task<T> what) {
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(what);
            co_return carried<T>();
        } else {
            co_return carried<T>(co_await std::move(what));
        }
    } catch (...) {
        co_return carried<T>(std::unexpect, std::current_exception());
    }
}

}  // namespace detail

/// Runs `what` on `where` and resumes the caller on its own reactor with the result. Costs nothing
/// when the caller is there already. Cancelling the caller cancels `what`. Once the caller goes on,
/// its reactor may end at any moment: nothing here refers to it any more.
template <class T>
task<T> on_reactor(reactor& where, task<T> what) {
    namespace asio = boost::asio;
    if (where.is_current()) co_return co_await std::move(what);
    // As the token of co_spawn itself, the caller would go on before its work guard is gone.
    auto result = co_await asio::async_initiate<const asio::use_awaitable_t<executor>,
                                                void(detail::carried<T>)>(
        [&where](auto caller, task<T> body) {
            const auto cancelled = asio::get_associated_cancellation_slot(caller);
            auto work = asio::make_work_guard(asio::get_associated_executor(caller));
            auto done = [caller = std::move(caller), work = std::move(work)](
                            std::exception_ptr failure, detail::carried<T> value) mutable {
                if (failure) value = std::unexpected(std::move(failure));
                const auto home = work.get_executor();
                asio::post(home, [caller = std::move(caller), work = std::move(work),
                                  value = std::move(value)]() mutable {
                    std::move(caller)(std::move(value));
                });
            };
            asio::co_spawn(where.get_executor(), detail::carry(std::move(body)),
                           asio::bind_cancellation_slot(cancelled, std::move(done)));
        },
        use_task, std::move(what));
    if (!result) std::rethrow_exception(std::move(result.error()));
    if constexpr (!std::is_void_v<T>) co_return *std::move(result);
}

}  // namespace headroom
