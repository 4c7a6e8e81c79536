// runtime/leased_thread.hpp: the one door through which threads start.
#pragma once
#include <functional>
#include <string>
#include <thread>

#include "headroom/budget/ledger.hpp"

namespace headroom {

/// A thread that holds its unit of the `threads` ledger until after it was joined.
class leased_thread {
public:
    /// Starts `body` at once under `name` (at most 15 characters are visible to the system).
    /// Requires a held lease. An exception out of `body` ends the program. All signals are
    /// blocked in the thread: `main` alone receives them.
    leased_thread(budget::lease unit, std::string name, std::move_only_function<void()> body);
    leased_thread(leased_thread&&) noexcept = default;
    ~leased_thread() { join(); }

    /// Waits for the body to end and returns the unit. Safe to call twice.
    void join();

private:
    budget::lease unit_;
    std::thread thread_;
};

}  // namespace headroom
