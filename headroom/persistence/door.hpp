// persistence/door.hpp: the way to one server: its gate is passed, its name resolved.
//
// Whatever opens connections to a server is given the same door, so that all of them together
// respect what connect_gate.hpp promises. Thread-safe; outlives what is opened through it.
#pragma once
#include <atomic>

#include "headroom/persistence/connect_gate.hpp"
#include "headroom/persistence/connection.hpp"
#include "headroom/runtime/worker_pool.hpp"

namespace headroom::persistence {

/// The one consumer that a shut door lets through.
inline constexpr char control_consumer[] = "persistence.control";

class door {
public:
    /// `system` resolves names; a target with an address needs none. The pool outlives the door.
    explicit door(connect_info target, worker_pool* system = nullptr)
        : target_(std::move(target)), system_(system) {}

    /// Opens `which`, once. Throws as connection::open does, and resolve_error. A name is resolved
    /// anew for each attempt, because after a failover it means another address. One attempt is one
    /// socket: it tries one of the name's addresses, and the next one only after nobody answered.
    task<void> open(connection& which, deadline until);

    /// While shut, it opens control's connection and nothing else: everybody else gets
    /// connection_lost at once, and the gate does not hear of it. For a member of a fleet whose
    /// proof of life is gone.
    void shut(bool on) noexcept { shut_ = on; }

    const connect_info& target() const noexcept { return target_; }
    connect_gate& gate() noexcept { return gate_; }

private:
    void check_open_to(const connection& which) const;
    task<connect_info> resolved(unsigned turn, deadline until);

    const connect_info target_;
    worker_pool* const system_;
    connect_gate gate_;
    std::atomic<bool> shut_{false};
    std::atomic<unsigned> turn_{0};  // which of the name's addresses
};

}  // namespace headroom::persistence
