// persistence/pool_figures.hpp: what a pool tells about itself.
#pragma once
#include <chrono>
#include <cstdint>
#include <string>

#include "headroom/observability/duration_counts.hpp"

namespace headroom::persistence {

/// A moment of a pool, and what it counted since its start.
struct pool_figures {
    unsigned max = 0;      ///< sessions it may have: floor + burst, or less after a resize
    unsigned used = 0;     ///< lent to callers
    unsigned idle = 0;
    unsigned opening = 0;
    unsigned kept = 0;     ///< being checked, rolled back or closed
    unsigned pending = 0;  ///< callers that wait
    std::uint64_t takes = 0;      ///< sessions lent
    std::uint64_t waits = 0;      ///< of these callers, and of those refused, who had to wait
    std::uint64_t timeouts = 0;   ///< waits that ended at their deadline
    std::uint64_t shed = 0;       ///< waits refused because the queue stood, or was full
    std::uint64_t revoked = 0;    ///< holds called back after session_hold_ms_max
    std::uint64_t opened = 0;     ///< connections opened
    std::uint64_t failed = 0;     ///< connections that could not be opened
    std::uint64_t closed = 0;     ///< connections given up or lost
    observability::duration_counts wait_time;    ///< of waits that were served
    observability::duration_counts create_time;  ///< of `opened`
    std::chrono::nanoseconds use_time{0};     ///< sum over holds; precise to a tick
};

/// A session that somebody holds for long.
struct leak {
    std::string holder;          ///< budget::holder's name
    std::string site;            ///< "file.cpp:12 function"
    std::chrono::milliseconds age{0};
    std::string last_statement;  ///< its text without values, cut; "" when none ran yet

    /// "GET /x since 1200 ms at users.cpp:12 list, last: SELECT 1"
    std::string message() const;
};

}  // namespace headroom::persistence
