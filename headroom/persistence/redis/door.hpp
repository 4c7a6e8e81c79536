// persistence/redis/door.hpp: the way to one Redis: its gate is passed, its primary asked for, its
// name resolved.
//
// Whatever opens connections to a server is given the same door, so that all of them together
// respect what persistence/connect_gate.hpp promises. Where Sentinel watches over the server, its
// sentinels are asked first, one after the other, on the unit of the connection that is opened, and
// what they name has to call itself the primary. Thread-safe; outlives what is opened through it.
#pragma once
#include <atomic>
#include <functional>

#include "headroom/persistence/connect_gate.hpp"
#include "headroom/persistence/redis/connection.hpp"
#include "headroom/runtime/worker_pool.hpp"

namespace headroom::redis {

class door {
public:
    /// How long one sentinel may take to answer and to let go.
    static constexpr std::chrono::milliseconds sentinel_ms_max{1000};

    /// `system` resolves names; a target with an address needs none. The pool outlives the door.
    explicit door(connect_info target, worker_pool* system = nullptr)
        : target_(std::move(target)), system_(system) {}

    /// Opens `which`, once. Throws as connection::open does, and resolve_error. A name is resolved
    /// anew for each attempt, because after a failover it means another address. One attempt tries
    /// one of the name's addresses, and the next one only after nobody answered. `prepare`, if any,
    /// is a part of the attempt: what it throws lets the next one wait as long as a server that is
    /// away does.
    task<void> open(connection& which, deadline until,
                    const std::function<task<void>(connection&)>& prepare = {});

    const connect_info& target() const noexcept { return target_; }
    /// Whether its connections are in connect_info::spare_database. The first one decides it for
    /// all, so that they are never in two: a server that answers another one differently is refused
    /// there. False before.
    bool on_spare() const noexcept { return base_ == base::spare; }
    persistence::connect_gate& gate() noexcept { return gate_; }

private:
    enum class base { open, wanted, spare };

    connect_info based(connect_info to) const;
    task<connect_info> resolved(connect_info to, unsigned turn, deadline until);
    task<connect_info> primary(connection& which, deadline until);
    task<endpoint> ask(connection& which, const endpoint& sentinel, deadline until);

    const connect_info target_;
    worker_pool* const system_;
    persistence::connect_gate gate_;
    std::atomic<base> base_{base::open};  // which database it is
    std::atomic<unsigned> turn_{0};      // which of the name's addresses
    std::atomic<unsigned> sentinel_{0};  // the one that answered last is asked first
};

}  // namespace headroom::redis
