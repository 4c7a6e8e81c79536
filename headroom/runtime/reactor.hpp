// runtime/reactor.hpp: one thread that runs coroutines, and its deadlines.
//
// A session or a connection belongs to one reactor for life; reactors talk by posting to each
// other. Nothing that blocks runs here: that is what runtime/worker_pool.hpp is for.
#pragma once
#include <boost/asio/executor_work_guard.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "headroom/runtime/deadline_wheel.hpp"
#include "headroom/runtime/leased_thread.hpp"
#include "headroom/runtime/task.hpp"

namespace headroom {

class reactor {
public:
    /// Nothing runs until start() or run_until_stopped().
    explicit reactor(std::string name = "reactor");
    ~reactor();  // stops and joins
    reactor(const reactor&) = delete;
    reactor& operator=(const reactor&) = delete;

    /// Runs on a thread of its own, which holds `thread`.
    void start(budget::lease thread);
    /// Asks the thread to end once its present handler returns, and joins it. Idempotent, also
    /// without start. Coroutines still suspended are destroyed, on the calling thread.
    void stop();

    executor get_executor() noexcept { return context_.get_executor(); }
    boost::asio::io_context& context() noexcept { return context_; }
    bool is_current() const noexcept;
    /// The reactor whose thread this is, or null.
    static reactor* current() noexcept;

    /// This reactor's deadlines; only from its own thread.
    void arm(alarm& what, deadline due);

    /// Starts a coroutine on this reactor and forgets it. From any thread. An exception that
    /// leaves it ends the program: a part handles its own errors.
    void spawn(std::move_only_function<task<void>()> body);
    /// Runs `body` on this reactor and blocks the calling thread, which must not be a reactor's,
    /// until it is done; rethrows what it threw.
    void run_blocking(std::move_only_function<task<void>()> body);

private:
    void tick();

    const std::string name_;
    boost::asio::io_context context_{1};
    std::optional<boost::asio::executor_work_guard<executor>> work_;
    deadline_wheel wheel_;
    struct ticker;
    std::unique_ptr<ticker> ticker_;
    std::optional<leased_thread> thread_;
    bool stopped_ = false;
};

/// Suspends the calling task until `due`, with the wheel's coarse precision. Cancellable.
task<void> sleep_until(deadline due);

/// Resumes the calling task on `where`. A post even when it is there already.
task<void> yield_now();

}  // namespace headroom
