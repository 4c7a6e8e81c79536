// persistence/lane_bounds.hpp: every bound of the lanes, standing together.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace headroom::persistence {

/// Bounds of the shared connections for short statements. How many there may be is not here: the
/// grant says it.
struct lane_bounds {
    /// What the server allows one statement on a lane; a slower one belongs on a session. Not set
    /// behind a pooler, which shares its backends: there the role carries it.
    std::chrono::milliseconds statement_ms_max{2'000};
    /// An answer is due and not a byte came for so long: the lane is replaced. Shorter than
    /// statement_ms_max, because a lane that is only slow costs one loan and nobody's answer.
    std::chrono::milliseconds silent_ms_max{1'000};
    /// An abandoned statement and silence for so long after it: the connection counts as lost.
    std::chrono::milliseconds abandon_grace_ms{2'500};
    std::size_t pending_max = 4'096;  ///< statements in flight on one lane; one more is refused
    std::size_t deep = 256;           ///< in flight on every lane: one more lane is borrowed
    std::size_t waiting_max = 8'192;  ///< callers while no lane is up; one more is refused
    std::size_t statement_cache_max = 256;  ///< prepared statements a lane keeps
    std::chrono::milliseconds idle_ms_max{1'000};     ///< then an unneeded loan goes back
    std::chrono::milliseconds connect_ms_max{5'000};  ///< of one attempt
    std::chrono::milliseconds retry_ms{20};           ///< between attempts; the gate adds to it
    std::chrono::milliseconds tick_ms{50};            ///< how often the lanes look after themselves

    /// One sentence for each bound that makes no sense; empty when all do.
    std::vector<std::string> faults() const;
};

}  // namespace headroom::persistence
