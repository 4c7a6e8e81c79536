// persistence/session_bounds.hpp: every bound of a session pool, standing together.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

namespace headroom::persistence {

/// Bounds of sessions and of whoever waits for one. How many sessions there may be is not here: the
/// grant says it. Counts are plain numbers and durations are std::chrono: they cannot be confused.
struct session_bounds {
    std::size_t waiting_max = 1024;  ///< callers in the queue; one more is refused at once

    /// The longest wait of a caller whose own deadline is later.
    std::chrono::milliseconds wait_ms_max{30'000};

    /// Controlled delay: when for a whole interval even the shortest wait exceeded the target, a
    /// caller that waited for more than twice the target is refused. A target of 0 switches it off.
    std::chrono::milliseconds shed_target_ms{50};
    std::chrono::milliseconds shed_interval_ms{1000};

    /// A session unused for longer is checked with an empty query before it is lent again.
    std::chrono::milliseconds check_after_ms{500};
    std::chrono::milliseconds check_ms_max{250};

    /// A connection is replaced at an age between 75 % of this and all of it.
    std::chrono::milliseconds lifetime_ms_max{1'800'000};
    /// An idle session above the floor goes back to the reserve after this.
    std::chrono::milliseconds idle_ms_max{30'000};
    /// Holding a borrowed unit for longer ends the hold: cancelled, rolled back, given back.
    std::chrono::milliseconds session_hold_ms_max{30'000};
    /// A hold longer than this is reported once, with the line that took it.
    std::chrono::milliseconds leak_ms{10'000};

    /// Cancelling, draining and rolling back what a caller left behind; then the connection closes.
    std::chrono::milliseconds recover_ms_max{500};
    std::chrono::milliseconds connect_ms_max{5'000};
    /// How often the pool looks after itself; also the precision of its ages.
    std::chrono::milliseconds tick_ms{50};

    /// One sentence for each bound that makes no sense; empty when all do.
    std::vector<std::string> faults() const;
};

}  // namespace headroom::persistence
