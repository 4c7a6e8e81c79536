// persistence/advisory_locks.hpp: every class of advisory lock headroom takes, in one place.
//
// A lock is a pair (class, key) of 32-bit numbers, so two uses never meet by accident. PostgreSQL
// keeps advisory locks a database apart. Session locks belong to the control connection alone: the
// server drops them with its socket, which is how a crash gives everything back without a clock.
#pragma once
#include <cstdint>

namespace headroom::persistence {

/// The classes. The number is visible as `classid` in pg_locks; it never changes once released.
enum class lock_class : std::int32_t {
    migrations = 0x48520001,     ///< one migrator at a time; transaction lock; key 0
    proof_of_life = 0x48520002,  ///< a member of the fleet is alive; session lock; key: its number
    admission = 0x48520003,      ///< one joiner of the fleet ledger at a time; transaction lock
    leader = 0x48520004,         ///< one of many does it, e.g. a projection; session lock
    wish = 0x48520005,  ///< a member waits for units of others; session lock; key: its number
};

struct advisory_lock {
    lock_class of = lock_class::proof_of_life;
    std::int32_t key = 0;
    bool operator==(const advisory_lock&) const = default;
};

}  // namespace headroom::persistence
