// tasks/detail/fetch_size.hpp: how many entries a worker may ask for. Pure.
#pragma once
#include <algorithm>

namespace headroom::tasks::detail {

inline constexpr unsigned fetch_max = 128;  ///< entries of one read
inline constexpr unsigned concurrency_max = 10'000;

/// Entries beyond the free places, that wait for one here: they hide the round trip, and an idle
/// neighbour does not get them.
constexpr unsigned usual_prefetch(unsigned concurrency) { return std::max(1u, concurrency / 8); }

/// Nothing while no place is free; then what fits, the prefetch included.
constexpr unsigned fetch_size(unsigned concurrency, unsigned prefetch, unsigned held) {
    if (held >= concurrency) return 0;
    return std::min(concurrency + prefetch - held, fetch_max);
}

}  // namespace headroom::tasks::detail
