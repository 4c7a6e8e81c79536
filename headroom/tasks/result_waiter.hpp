// tasks/result_waiter.hpp: waits for results: woken by whoever stores them, and looks besides.
//
//     const auto sent = co_await send.enqueue("demo:add", std::tuple(1, 2),
//                                             {.wake_channel = waiter.channel()}, until);
//     const auto result = co_await waiter.wait(sent->task_id, until);
//
// A task that was sent with this process's channel has its result announced there, so any number of
// waiters share one subscription of the connection that listens anyway. What is not announced (a
// Python worker's, a lost message) is found by looking, at pauses that double.
#pragma once
#include <memory>
#include <stdexcept>
#include <string>

#include "headroom/persistence/redis/subscriptions.hpp"
#include "headroom/tasks/result_store.hpp"

namespace headroom::tasks {

struct waiting_terms {
    std::size_t waiters_max = 10'000;
    std::chrono::milliseconds look_least_ms{5};  ///< the first pause; each is twice the last
    std::chrono::milliseconds look_most_ms{200};
    std::chrono::milliseconds look_pushed_least_ms{50};  ///< the same where results are announced
    std::chrono::milliseconds look_pushed_most_ms{1'000};
};

/// waiters_max wait already.
class too_many_waiters : public std::runtime_error {
public:
    using std::runtime_error::runtime_error;
};

class result_waiter {
public:
    /// `push` lives on `home`; without it results are only looked for. All outlive the waiter.
    result_waiter(reactor& home, result_store& from, redis::subscriptions* push,
                  waiting_terms with = {});
    /// Requires that nobody waits.
    ~result_waiter();
    result_waiter(const result_waiter&) = delete;
    result_waiter& operator=(const result_waiter&) = delete;

    /// Subscribes. Before the first wait(); throws as subscriptions::subscribe does.
    task<void> open(deadline until);

    /// For sending_terms::wake_channel; empty without push.
    const std::string& channel() const noexcept;

    /// From any thread. Throws deadline_passed, too_many_waiters, result_unreadable, and as
    /// redis::mux::run does.
    task<task_result> wait(std::string task_id, deadline until);

    /// On `home`.
    std::size_t waiting() const noexcept;

private:
    struct body;
    const std::shared_ptr<body> body_;
};

}  // namespace headroom::tasks
