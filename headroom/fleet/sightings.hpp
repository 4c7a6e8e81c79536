// fleet/sightings.hpp: what looks at one server have seen: facts, peaks, and when it was not seen.
#pragma once
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "headroom/fleet/peaks.hpp"

namespace headroom::fleet {

/// Why a look failed.
struct look_failure {
    std::string line;   ///< one line, without a secret; empty: it did not
    int exit_code = 0;  ///< 75 or 78

    explicit operator bool() const noexcept { return !line.empty(); }
};

/// From the first look that failed to the next one that succeeded.
struct outage {
    seen_at from{};
    std::optional<seen_at> until{};  ///< none: not seen since
    std::string why{};
};

inline constexpr std::size_t outages_max = 16;  ///< kept of one server; the oldest goes first

template <class Facts>
struct sightings {
    std::shared_ptr<const Facts> latest{};  ///< of the latest look that succeeded; none: none did
    peaks most{};
    std::vector<outage> outages{};
    look_failure failure{};  ///< of the latest look
};

/// What only counts.
struct client_count {
    std::uint64_t total = 0;  ///< clients, our own not counted
    std::uint64_t slots = 0;  ///< and all else that takes a place
};

/// A target's outcome, besides its audit.
struct look_outcome {
    std::string target{};
    std::string error{};  ///< one line, without a password: there is no audit
    std::string lost{};   ///< one line: what was seen stands, and it was not seen to the end
    int exit_code = 0;    ///< 75 or 78 with either
    std::vector<outage> outages{};
};

/// Pure. `seen_any`: there are facts.
look_outcome outcome_of(std::string target, bool seen_any, const look_failure& failure,
                        const peaks& most, std::vector<outage> outages);

}  // namespace headroom::fleet
