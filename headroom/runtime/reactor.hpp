// runtime/reactor.hpp: one thread that runs coroutines, and its deadlines.
//
// A session or a connection belongs to one reactor for life; reactors talk by posting to each
// other. Nothing that blocks runs here: that is what runtime/worker_pool.hpp is for.
#pragma once
#include <boost/asio/executor_work_guard.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "headroom/runtime/deadline_wheel.hpp"
#include "headroom/runtime/leased_thread.hpp"
#include "headroom/runtime/task.hpp"

namespace headroom {

class reactor {
public:
    /// Nothing runs until start().
    explicit reactor(std::string name = "reactor");
    ~reactor();  // stop()
    reactor(const reactor&) = delete;
    reactor& operator=(const reactor&) = delete;

    /// Runs on a thread of its own, which holds `thread`.
    void start(budget::lease thread);
    /// Asks the thread to end once its present handler returns, and joins it. Idempotent, also
    /// without start. Coroutines still suspended in an operation of this reactor are destroyed
    /// before it returns, on the calling thread; those suspended elsewhere (a pool's queue) are
    /// their keeper's to end first: stop worker pools before reactors. Sockets and timers of this
    /// reactor may be destroyed afterwards, but none may be opened.
    void stop();

    executor get_executor() noexcept { return context_.get_executor(); }
    boost::asio::io_context& context() noexcept { return context_; }
    bool is_current() const noexcept;
    /// The reactor whose thread this is, or null.
    static reactor* current() noexcept;

    /// This reactor's deadlines; only from its own thread.
    void arm(alarm& what, deadline due);
    /// Whether the wheel turns: it rests while nothing is armed. From any thread.
    bool ticking() const noexcept;

    /// Starts a coroutine on this reactor and forgets it. From any thread. An exception that
    /// leaves it ends the program: a part handles its own errors. Dropped after stop().
    void spawn(std::move_only_function<task<void>()> body);
    /// Runs `body` on this reactor and blocks the calling thread, which must not be a reactor's,
    /// until it is done; rethrows what it threw. Throws std::future_error when the reactor is
    /// stopped before `body` is done.
    void run_blocking(std::move_only_function<task<void>()> body);

private:
    // What ends every suspended coroutine while timers and sockets can still be destroyed.
    struct io_context : boost::asio::io_context {
        using boost::asio::io_context::io_context;
        using boost::asio::execution_context::shutdown;
    };

    void tick();
    void start_coroutine(std::move_only_function<task<void>()> body,
                         std::move_only_function<void(std::exception_ptr)> done);

    const std::string name_;
    io_context context_{1};
    std::optional<boost::asio::executor_work_guard<executor>> work_;
    deadline_wheel wheel_;
    struct ticker;
    std::unique_ptr<ticker> ticker_;
    std::optional<leased_thread> thread_;
    std::mutex mutex_;
    bool stopped_ = false;  // guarded by mutex_
};

/// Suspends the calling task until `due`, precisely, on a timer of its own. Cancellable: throws
/// boost::system::system_error with operation_aborted then.
task<void> sleep_until(deadline due);

/// Lets everything else that is ready on this reactor run first.
task<void> yield_now();

}  // namespace headroom
