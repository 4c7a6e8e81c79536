// persistence/canceller.hpp: the door through which cancel requests leave.
//
// A cancel request is a socket of its own that needs no server slot but a descriptor, so it takes
// a lease of `persistence.cancel`. libpq's PQcancel blocks, so it runs on the system pool.
#pragma once
#include <future>
#include <memory>

#include "headroom/budget/ledger.hpp"
#include "headroom/runtime/reactor.hpp"
#include "headroom/runtime/worker_pool.hpp"

struct pg_conn;

namespace headroom::persistence {

/// Thread-safe. Outlives the connections it serves; the pool is stopped before their reactors.
class canceller {
public:
    /// How often a request that waits for a descriptor asks for it again.
    static constexpr std::chrono::milliseconds turn_ms{5};

    /// `sockets`: the grant of `persistence.cancel` on the files ledger.
    canceller(worker_pool& system, budget::grant sockets);
    /// Waits for the requests that are still on their way, as the system pool's end would: each
    /// holds a socket of the grant.
    ~canceller();

    /// Asks the server to stop what `running` does now and waits until the request was delivered.
    /// That it was delivered does not say that it came in time. Throws budget::refused when no
    /// descriptor or no thread is free, connection_lost when the server cannot be reached, and
    /// deadline_passed; the request itself goes on then, within the pool's bounds.
    task<void> send(reactor& home, pg_conn* running, deadline until);

private:
    worker_pool& system_;
    budget::grant sockets_;
    std::shared_ptr<void> under_way_;  // each request has it; the last one fulfils `none_left_`
    std::future<void> none_left_;
};

}  // namespace headroom::persistence
