// runtime/attempted.hpp: what a task came to, as a value.
#pragma once
#include <exception>
#include <expected>
#include <type_traits>
#include <utility>

#include "headroom/runtime/task.hpp"

namespace headroom {

/// A task's result or its exception, to be carried to another thread or out of a choice between
/// tasks. The exception has one owner then: threads that shared it would free it beside whoever
/// still reads it.
template <class T>
using attempted = std::expected<T, std::exception_ptr>;

/// Runs `what` where it is awaited. Never throws what `what` threw.
template <class T>
task<attempted<T>> attempt(task<T> what) {
    try {
        if constexpr (std::is_void_v<T>) {
            co_await std::move(what);
            co_return attempted<T>();
        } else {
            co_return attempted<T>(co_await std::move(what));
        }
    } catch (...) {
        co_return attempted<T>(std::unexpect, std::current_exception());
    }
}

}  // namespace headroom
