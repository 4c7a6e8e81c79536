// runtime/repeated_look.hpp: what a part looks at again and again.
#pragma once
#include <chrono>
#include <functional>
#include <type_traits>
#include <utility>

#include "headroom/runtime/reactor.hpp"

namespace headroom {

/// Looks on a reactor once when it starts, and again a period after each look has ended: two never
/// run at once. start() and stop() are for the thread of `main`, as a part's are.
class repeated_look {
public:
    /// `look` returns nothing or a task; what leaves a repetition ends the program. The reactor
    /// outlives this.
    template <class Look>
    repeated_look(reactor& home, std::chrono::milliseconds period, Look look)
        : home_(home), period_(period), look_(as_task(std::move(look))),
          next_([this] { repeat(); }) {}
    ~repeated_look() { stop(); }
    repeated_look(const repeated_look&) = delete;
    repeated_look& operator=(const repeated_look&) = delete;

    /// Returns when the first look has ended, and throws what it threw. Called at most once.
    void start();
    /// Returns when no look runs any more; one that runs is waited for. True the first time after a
    /// start; does nothing else.
    bool stop() noexcept;

private:
    using body = std::move_only_function<task<void>()>;

    template <class Look>
    static body as_task(Look look) {
        if constexpr (std::is_void_v<std::invoke_result_t<Look&>>)
            return [look = std::move(look)]() mutable -> task<void> {
                look();
                co_return;
            };
        else return look;
    }
    void repeat();

    reactor& home_;
    const std::chrono::milliseconds period_;
    body look_;
    alarm next_;
    bool started_ = false;                     // of the thread that starts and stops
    bool looking_ = false, stopping_ = false;  // of the home reactor
};

}  // namespace headroom
