// runtime/runtime.hpp: the threads of a process, and its life from start to drain.
//
// Reactors, the two worker pools and `main` itself are consumers of the `threads` ledger; what they
// keep open stands in the ledger of `files`. Nothing else starts threads.
#pragma once
#include <atomic>
#include <boost/assert.hpp>
#include <chrono>
#include <memory>
#include <vector>

#include "headroom/budget/book.hpp"
#include "headroom/runtime/name_resolver.hpp"
#include "headroom/runtime/part.hpp"
#include "headroom/runtime/service_manager.hpp"
#include "headroom/runtime/settings.hpp"
#include "headroom/runtime/stop_signals.hpp"
#include "headroom/runtime/worker_pool.hpp"

namespace headroom {

inline constexpr unsigned descriptors_per_reactor = 3;  ///< epoll, its wake-up, its timer
inline constexpr unsigned standard_streams = 3;
inline constexpr unsigned files_margin = 64;  ///< for what opens a file briefly: logs, names, /proc

/// How much longer than its drain a process may take before it ends at once.
inline constexpr std::chrono::milliseconds drain_grace{5'000};

/// The rows of `threads` and `files` that a runtime takes.
std::vector<budget::consumer> consumers(const runtime_settings& of);

class runtime {
public:
    /// Takes the grants of consumers(with), which `from` has declared with the resources `threads`
    /// and `files`, and starts all threads. Made on `main` before anything else starts a thread.
    /// Throws budget::refused when they do not fit. `from` outlives it.
    runtime(budget::book& from, const runtime_settings& with);
    ~runtime();  // joins the blocking pool, then the system pool, then the reactors
    runtime(const runtime&) = delete;
    runtime& operator=(const runtime&) = delete;

    std::size_t reactors() const noexcept { return reactors_.size(); }
    reactor& at(std::size_t index) noexcept { return *reactors_[index]; }
    /// The first: where whatever exists once lives.
    reactor& home() noexcept { return at(0); }
    worker_pool& system_pool() noexcept { return *system_pool_; }
    /// Asserts that there is one: runtime_settings::blocking_threads.
    worker_pool& blocking_pool() noexcept {
        BOOST_ASSERT(blocking_pool_);
        return *blocking_pool_;
    }
    name_resolver& names() noexcept { return names_; }

    /// Starts the parts in order, waits for SIGTERM, SIGINT or end(), stops them in reverse and
    /// answers the exit code. Throws what a part's start threw, once those before it are stopped.
    /// During the drain a second signal ends the program at once. The service manager is told
    /// READY=1 once all parts have started, and STOPPING=1. Once, on `main`.
    int run(std::vector<part*> parts);

    /// Asks run() to stop as a signal would and to answer `code`; the first call wins. From any
    /// thread.
    void end(int code) noexcept;
    /// A stop has been asked for while parts still start: whoever waits long gives up.
    bool stop_requested() const noexcept { return signals_.pending(); }

private:
    std::vector<budget::lease> take_all(budget::book& from, const char* consumer);

    const runtime_settings settings_;
    const service_manager manager_ = service_manager::of_this_process();
    stop_signals signals_;
    std::atomic<int> exit_code_;
    std::vector<budget::grant> grants_;
    std::vector<budget::lease> held_;  // main's thread, and descriptors
    std::vector<std::unique_ptr<reactor>> reactors_;
    std::unique_ptr<worker_pool> system_pool_, blocking_pool_;
    name_resolver names_;
};

}  // namespace headroom
