// tasks/worker.hpp: takes tasks from queues and runs their handlers.
//
//     worker work({.io = reactor, .handlers = other_reactor, .mux = mux, .door = door,
//                  .reader = shares.take(tasks::reader_consumer).value(), .blocking = &pool},
//                 std::move(all), {.queues = {{"taskiq"}}, .name = "orders-0badcafe"});
//
// Two connections for any number of tasks in flight: a reader of its own, the only one that blocks,
// and the shared one, on which acknowledgements, results, renewals and everything else go out in
// batches. What it has in hand it renews every third of a lease, on the I/O reactor: a handler that
// blocks its own thread is not run twice. After a lost connection handlers go on, and what they
// ended is told the server when it is back; who took longer than a lease is not believed any more.
//
// A task runs at least once. Its context's token() grows with every delivery, for whatever has to
// tell a late writer from the present one.
#pragma once
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headroom/persistence/redis/mux.hpp"
#include "headroom/persistence/redis/subscriptions.hpp"
#include "headroom/runtime/part.hpp"
#include "headroom/runtime/worker_pool.hpp"
#include "headroom/tasks/handlers.hpp"
#include "headroom/tasks/queue_keys.hpp"
#include "headroom/tasks/result_store.hpp"
#include "headroom/tasks/task_metrics.hpp"

namespace headroom::tasks {

namespace detail {
class pump;
}  // namespace detail

/// A queue and its share of what is read while all of them have tasks.
struct queue_share {
    std::string name = "taskiq";
    unsigned weight = 1;
    run_limits limits{};  ///< of all its tasks together, over all workers
};

struct worker_terms {
    std::vector<queue_share> queues{{}};  ///< 1 to 16
    bool strict = false;                  ///< a queue gets only what those before it left
    std::string group{group_default};
    std::string name = "worker";          ///< of this process; made unique

    unsigned concurrency = 100;           ///< handlers at a time, 1 to 10,000
    std::optional<unsigned> prefetch{};   ///< entries beyond; none: an eighth, at least 1
    std::chrono::milliseconds lease_ms{15'000};   ///< at least 300
    std::chrono::milliseconds block_ms{5'000};    ///< one read waits so long
    std::chrono::milliseconds look_ms{750};       ///< between two looks for abandoned entries
    std::chrono::milliseconds hand_back_ms{2'000};  ///< of a stop, after its drain
    /// Consumers of workers that ended without a goodbye are removed at a start when they hold
    /// nothing and were not heard for so long.
    std::chrono::milliseconds forget_ms{3'600'000};

    unsigned deliveries_max = 5;          ///< then it is a dead letter
    std::size_t payload_bytes_max = 1 << 20;
    unsigned unknown_deliveries_max = 5;  ///< of a task nobody here knows; another may
    std::chrono::milliseconds unknown_age_max{60'000};
    std::size_t dead_letters_max = dead_letters_usual;

    /// Python workers read the same group. They renew nothing, so what is theirs is abandoned only
    /// after their own idle timeout.
    bool shared_with_python = false;
    std::chrono::milliseconds python_idle_ms{600'000};

    /// By a task's name: instead of those its handler has.
    std::map<std::string, run_limits, std::less<>> limits{};

    std::optional<result_terms> results{result_terms{}};  ///< none: results are not stored
    redis::connection_options reader{};
};

struct worker_figures {
    bool paused = false;
    std::size_t in_hand = 0;   ///< delivered, and not acknowledged yet
    std::size_t running = 0;   ///< of these, or waiting for a place
    std::uint64_t read = 0, reclaimed = 0, done = 0, retried = 0, dead = 0, returned = 0;
    std::uint64_t lost = 0;    ///< ended too late: another worker had it
    std::uint64_t put_off = 0; ///< by a limit, to come again later
    std::uint64_t cancelled = 0, renewals = 0, batches = 0, promoted = 0, vanished = 0;
    std::string last_error;
};

/// What a worker stands on; all of it outlives the worker.
struct worker_ground {
    reactor& io;        ///< where the shared connection lives
    reactor& handlers;  ///< where coroutine handlers run; may be `io` if none of them blocks it
    redis::mux& mux;
    redis::door& door;     ///< for the reader
    budget::grant reader;  ///< a floor of one, a burst of one
    worker_pool* blocking = nullptr;  ///< required when a handler blocks
    redis::subscriptions* push = nullptr;  ///< on `io`; none: cancels and pauses come by polling
    task_metrics* metrics = nullptr;       ///< none: what becomes of tasks is not counted by name
};

/// One limit, as this worker met it.
struct limit_figures {
    std::string queue;
    std::string task;        ///< empty: the queue's own
    std::size_t inside = 0;  ///< tasks of this worker that run under it
    std::uint64_t put_off = 0;
};

class worker final : public part {
public:
    /// Asserts the bounds of `with`.
    worker(worker_ground on, handlers all, worker_terms with);
    ~worker() override;
    worker(const worker&) = delete;
    worker& operator=(const worker&) = delete;

    std::string_view name() const noexcept override { return "tasks.worker"; }
    /// Makes the groups, from each queue's first entry on, and begins to read. Throws what the
    /// server answered.
    void start(deadline by) override;
    /// Reads no more and gives back at once what has not begun; what runs may end until the
    /// deadline, then it is stopped and given back. Blocking handlers are waited for.
    void stop(deadline drain_until) noexcept override;

    /// For tests and embedders on `io` itself.
    task<void> open(deadline by);
    task<void> close(deadline drain_until);

    /// "hr:orders-0badcafe-1f2e3d4c5b6a7988": as XINFO CONSUMERS shows it.
    const std::string& consumer() const noexcept;
    /// On `io`'s thread.
    worker_figures figures() const;
    /// Of its limits. From any thread.
    std::vector<limit_figures> limits() const;

private:
    reactor& io_;
    const std::shared_ptr<detail::pump> pump_;
};

}  // namespace headroom::tasks
