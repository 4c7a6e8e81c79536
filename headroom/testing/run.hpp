// testing/run.hpp: threads of a test's own budget, and a coroutine as a test's body.
#pragma once
#include <chrono>
#include <functional>
#include <vector>

#include "headroom/budget/ledger.hpp"
#include "headroom/runtime/reactor.hpp"

namespace headroom::testing {

/// Leases for the threads a test starts, from a ledger of its own.
class thread_budget {
public:
    explicit thread_budget(unsigned threads = 64)
        : threads_("threads", threads),
          share_(threads_.open({"testing", threads, 0}).value()) {}

    budget::lease one() { return share_.take().value(); }
    std::vector<budget::lease> several(unsigned count);
    unsigned held() const { return threads_.held(); }

private:
    budget::ledger threads_;
    budget::grant share_;
};

/// A started reactor with a thread of its own budget.
class test_reactor : private thread_budget, public reactor {
public:
    test_reactor() : thread_budget(1), reactor("test") { start(one()); }
};

inline constexpr std::chrono::seconds run_bound{30};

/// Runs a coroutine test body on a fresh reactor and rethrows what it threw; throws
/// std::runtime_error when it is not done within `bound`. Blocks. GoogleTest's EXPECT_* work
/// inside; ASSERT_* do not compile in a coroutine.
void run(std::function<task<void>()> body, std::chrono::milliseconds bound = run_bound);

/// The same on a reactor that the test keeps, whose other coroutines go on meanwhile.
/// After the bound the reactor is stopped.
void run_on(reactor& where, std::function<task<void>()> body,
            std::chrono::milliseconds bound = run_bound);

/// Runs `body`, then `last` whatever `body` threw, then rethrows it: a part that a test started is
/// stopped before it ends, so that a fault fails one test and does not end the whole program.
task<void> and_at_last(std::function<task<void>()> body, std::function<task<void>()> last);

}  // namespace headroom::testing
