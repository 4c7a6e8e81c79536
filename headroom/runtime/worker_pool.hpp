// runtime/worker_pool.hpp: budgeted threads for what blocks.
//
// A process has two (design decision): the `system` pool resolves names, sends cancel requests and
// touches files and never runs user code; the `blocking` pool runs handlers and the sync engine.
// One pool for both deadlocks: after a server restart every thread waits for a reconnect that
// itself waits for a thread to resolve the name.
#pragma once
#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "headroom/runtime/leased_thread.hpp"
#include "headroom/runtime/reactor.hpp"

namespace headroom {

class worker_pool {
public:
    static constexpr std::size_t queue_max = 1024;  ///< jobs waiting; one more is refused

    /// One thread a lease. `name` is the consumer the refusals speak of. Outlived by the reactors
    /// whose tasks it runs jobs for: stop pools first.
    worker_pool(std::string name, std::vector<budget::lease> threads);
    ~worker_pool();  // stop()
    worker_pool(const worker_pool&) = delete;
    worker_pool& operator=(const worker_pool&) = delete;

    unsigned size() const noexcept { return static_cast<unsigned>(threads_.size()); }
    std::size_t waiting() const;

    /// Enqueues a job that must not throw. Refused when the queue is full or the pool stopping.
    [[nodiscard]] budget::result<void> post(std::move_only_function<void()> job);

    /// Runs `job` on the pool and resumes the calling task on its reactor with the result.
    /// Throws budget::refused when the queue is full, and whatever the job throws. A task that is
    /// cancelled meanwhile still waits for its job, which may refer to it.
    template <class Job>
    auto run(Job job) -> task<std::invoke_result_t<Job&>>;

    /// Finishes queued jobs, joins. Idempotent.
    void stop();

    /// The pool whose thread this is, or null.
    static const worker_pool* current() noexcept;

private:
    void work();
    task<void> run_erased(std::move_only_function<void()> job);
    std::optional<budget::refusal> refused() const;  // requires mutex_
    budget::refusal refuse(budget::refusal_reason why) const;

    const std::string name_;
    mutable std::mutex mutex_;
    std::condition_variable wake_;
    std::deque<std::move_only_function<void()>> jobs_;  // guarded by mutex_
    bool stopping_ = false;                             // guarded by mutex_
    std::vector<leased_thread> threads_;
};

template <class Job>
auto worker_pool::run(Job job) -> task<std::invoke_result_t<Job&>> {
    using value = std::invoke_result_t<Job&>;
    std::exception_ptr failure;
    if constexpr (std::is_void_v<value>) {
        co_await run_erased([&] {
            try {
                job();
            } catch (...) {
                failure = std::current_exception();
            }
        });
        if (failure) std::rethrow_exception(failure);
    } else {
        std::optional<value> answer;
        co_await run_erased([&] {
            try {
                answer.emplace(job());
            } catch (...) {
                failure = std::current_exception();
            }
        });
        if (failure) std::rethrow_exception(failure);
        co_return std::move(*answer);
    }
}

}  // namespace headroom
