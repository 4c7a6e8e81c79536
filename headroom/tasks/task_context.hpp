// tasks/task_context.hpp: what a handler knows of the task it runs, and what it may ask for.
#pragma once
#include <functional>
#include <stop_token>
#include <string>

#include "headroom/runtime/deadline.hpp"
#include "headroom/runtime/task.hpp"
#include "headroom/tasks/entry_id.hpp"
#include "headroom/tasks/wire/task_message.hpp"
#include "headroom/tasks/wire/task_result.hpp"

namespace headroom::tasks {

/// Lives while its handler runs; used on the handler's own thread.
class task_context {
public:
    /// Who carries out what is asked for.
    struct links {
        std::function<void()> acknowledge;
        std::function<task<void>(task_progress, deadline)> progress;
    };

    task_context(const task_message& message, const std::string& queue, fence token,
                 std::stop_token stopping, links through)
        : message_(message), queue_(queue), token_(token), stopping_(std::move(stopping)),
          links_(std::move(through)) {}
    task_context(const task_context&) = delete;
    task_context& operator=(const task_context&) = delete;

    const task_message& message() const noexcept { return message_; }
    const std::string& queue() const noexcept { return queue_; }
    /// Grows with each delivery of this entry: hand it to whatever must not take an old writer.
    fence token() const noexcept { return token_; }
    /// Set when the result would be thrown away: the task was cancelled, its time is over, it was
    /// given to another worker, or this one ends.
    const std::stop_token& stopping() const noexcept { return stopping_; }

    /// For tasks of ack_type `manual`: it is done, though it may still run. Later calls do nothing.
    void acknowledge() { links_.acknowledge(); }
    /// Stores how far it has come, for whoever looks. Throws as redis::mux::run does.
    task<void> progress(std::string state, value meta, deadline until) {
        return links_.progress({std::move(state), std::move(meta)}, until);
    }
    /// Ends the handler; the task is sent again at once and no result is stored.
    [[noreturn]] void requeue() const;
    /// Ends the handler; the result is taskiq's TaskRejectedError.
    [[noreturn]] void reject() const;

private:
    const task_message& message_;
    const std::string& queue_;
    const fence token_;
    const std::stop_token stopping_;
    const links links_;
};

namespace detail {
/// How requeue() leaves a handler.
struct requeue_asked {};
}  // namespace detail

}  // namespace headroom::tasks
