// budget/pooling.hpp: what a pooler in transaction mode may open before a PostgreSQL server.
//
// A pooler is two ledgers: its clients, which are the plan's consumers, and its servers, which are
// what the database counts. Consumers that need a session of their own (LISTEN, session locks, a
// migration) take a second route, on which every client has a server. Pure.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headroom/budget/plan.hpp"
#include "headroom/budget/sizing_advice.hpp"

namespace headroom::budget {

/// Whether a consumer takes the direct route where nobody says which do: what is open at a deploy
/// only, and what is called control, feed, listen or listener.
bool needs_session(const consumer& each) noexcept;

/// The figures of a pooler, every one of them at the plan's peak.
struct pooling {
    std::vector<std::string> direct;   ///< consumers on the direct route
    std::uint64_t pooled_clients = 0;  ///< that share servers
    std::uint64_t direct_clients = 0;  ///< of which each has a server of its own
    std::string pooled_arithmetic, direct_arithmetic;
    std::uint64_t bound = 0;           ///< floor(80 % of usable), for both routes together
    std::uint64_t pooled_servers = 0;  ///< min(clients, bound - direct, the knee); 0: none is left
    unsigned roles = 1;                ///< a pool is one of a database and a role
    std::uint64_t floors = 0;          ///< what pooled consumers keep open in steady state
    std::uint64_t pool_size = 0;       ///< of each role
    std::uint64_t reserve = 0;         ///< beyond, of each role: what bursts get
    std::optional<knee> of_server;

    std::uint64_t clients() const noexcept { return pooled_clients + direct_clients; }
    /// Whether both routes find room; every route that has a client has a server.
    bool fits() const noexcept {
        return direct_clients <= bound && (pooled_clients == 0 || pooled_servers > 0);
    }
    std::uint64_t servers() const noexcept { return pooled_servers + direct_clients; }
};

/// Requires a known limit and a known peak. `direct`: names of consumers; empty: see needs_session.
pooling pool_before(const plan& of, const resource& server, std::vector<std::string> direct,
                    std::optional<knee> of_server);

}  // namespace headroom::budget
