// runtime/on_reactor.hpp: a call that has to run where its connection lives.
#pragma once
#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>
#include <exception>
#include <expected>
#include <memory>

#include "headroom/runtime/attempted.hpp"
#include "headroom/runtime/reactor.hpp"

namespace headroom {
namespace detail {

/// A caller's cancellation on its way to a task elsewhere. co_spawn's own way points into memory
/// that has gone when the task has just ended, and a task that was cancelled before it began would
/// end the reactor (Boost 1.81). That reactor's own, whoever holds it.
struct crossing {
    boost::asio::cancellation_signal signal;
    bool begun = false, over = false, cancelled = false;

    void cancel(boost::asio::cancellation_type type) {
        cancelled = true;
        if (begun && !over) signal.emit(type);
    }
};

template <class T>
task<attempted<T>> carry(task<T> what, std::shared_ptr<crossing> by) {
    by->begun = true;
    if (by->cancelled)
        co_return attempted<T>(std::unexpect,
                               std::make_exception_ptr(boost::system::system_error(
                                   boost::asio::error::operation_aborted)));
    auto made = co_await attempt(std::move(what));
    by->over = true;
    co_return made;
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
                                                void(attempted<T>)>(
        [&where](auto caller, task<T> body) {
            const auto by = std::make_shared<detail::crossing>();
            auto slot = asio::get_associated_cancellation_slot(caller);
            if (slot.is_connected())
                slot.assign([&where, by](asio::cancellation_type type) {
                    asio::post(where.get_executor(), [by, type] { by->cancel(type); });
                });
            auto work = asio::make_work_guard(asio::get_associated_executor(caller));
            // The task's coroutine looks at the signal until this is called.
            auto done = [caller = std::move(caller), work = std::move(work), slot, by](
                            std::exception_ptr failure, attempted<T> value) mutable {
                if (failure) value = std::unexpected(std::move(failure));
                const auto home = work.get_executor();
                asio::post(home, [caller = std::move(caller), work = std::move(work), slot,
                                  value = std::move(value)]() mutable {
                    slot.clear();
                    std::move(caller)(std::move(value));
                });
            };
            asio::co_spawn(where.get_executor(), detail::carry(std::move(body), by),
                           asio::bind_cancellation_slot(by->signal.slot(), std::move(done)));
        },
        use_task, std::move(what));
    if (!result) std::rethrow_exception(std::move(result.error()));
    if constexpr (!std::is_void_v<T>) co_return *std::move(result);
}

}  // namespace headroom
