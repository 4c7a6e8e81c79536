// runtime/stop_signals.hpp: SIGTERM and SIGINT, received by `main` and by nobody else.
#pragma once
#include <pthread.h>
#include <signal.h>

#include <chrono>
#include <initializer_list>

#include "headroom/runtime/deadline.hpp"

namespace headroom {

/// Blocks both signals in the thread that makes it, `main`'s, and thereby in all threads started
/// later; ignores SIGPIPE. One at a time in a process, made before any thread starts. Puts
/// everything back when destroyed; a signal that came too late to be waited for is dropped then.
class stop_signals {
public:
    /// `also`: further signals that wait_until() waits for.
    explicit stop_signals(std::initializer_list<int> also = {});
    ~stop_signals();
    stop_signals(const stop_signals&) = delete;
    stop_signals& operator=(const stop_signals&) = delete;

    /// A stop has been asked for and not waited for yet. From any thread; for whoever waits long
    /// before wait() is reached.
    bool pending() const noexcept;
    /// Waits for one of the two, without bound: this is what `main` does all day.
    int wait() noexcept;
    /// Waits for any of the signals; 0 when the deadline came first.
    int wait_until(deadline until) noexcept;
    /// As if a signal had come. From any thread.
    void raise() const noexcept;
    /// From here on the next signal ends the program at once with 128 + its number, and so does
    /// `bound`, with exit_code::internal: the drain hangs. Only on `main`.
    void end_program_at_next(std::chrono::milliseconds bound) noexcept;

private:
    const pthread_t main_;
    sigset_t watched_{}, mask_before_{};
    struct sigaction pipe_before_{};
};

}  // namespace headroom
