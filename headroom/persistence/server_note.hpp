// persistence/server_note.hpp: who holds the server's slots, for the refusals of every pool.
#pragma once
#include <mutex>
#include <string>

#include "headroom/budget/refusal.hpp"
#include "headroom/persistence/server_facts.hpp"

namespace headroom::persistence {

/// "server: 14 of 17 slots taken: orders/serve 9, orders/work 3, 2 strangers": sessions by the
/// system and role of their application_name, largest first, at most holders_shown_max of them.
inline constexpr std::size_t holders_shown_max = 6;
std::string server_account(const server_facts& of);

/// The account of the latest reading. Shared between control, which learns, and the pools, which
/// quote it. Thread-safe.
class server_note {
public:
    /// `beside`: what is known of the server besides, e.g. the fleet's book of it; may be empty.
    explicit server_note(budget::fact_source beside = {}) : beside_(std::move(beside)) {}

    void learn(const server_facts& facts);
    /// "" before the first reading.
    std::string text() const;
    /// text() and what is known besides.
    budget::fact quoted() const;

private:
    const budget::fact_source beside_;
    mutable std::mutex mutex_;
    std::string text_;  // guarded by mutex_
};

}  // namespace headroom::persistence
