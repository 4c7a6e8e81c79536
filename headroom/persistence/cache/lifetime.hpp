// persistence/cache/lifetime.hpp: how long a value is good, and what keeps a thousand of them from
// ending at once.
#pragma once
#include <algorithm>
#include <boost/assert.hpp>
#include <chrono>
#include <cstdint>

namespace headroom::cache {

struct lifetime {
    /// From then on it is still given, and loaded anew meanwhile.
    std::chrono::milliseconds fresh{60'000};
    /// From then on it is gone. At least `fresh`.
    std::chrono::milliseconds kept{300'000};
};

inline constexpr double jitter_usual = 0.10;

/// `of` made longer or shorter by up to `jitter` of itself; `random` is uniform in [0, 1). At
/// least a millisecond.
inline std::chrono::milliseconds jittered(std::chrono::milliseconds of, double jitter,
                                          double random) {
    BOOST_ASSERT(jitter >= 0 && jitter < 1 && random >= 0 && random < 1);
    const auto factor = 1 + jitter * (2 * random - 1);
    const auto made = static_cast<double>(of.count()) * factor;
    return std::max(std::chrono::milliseconds(1),
                    std::chrono::milliseconds(static_cast<std::int64_t>(made)));
}

/// Both ends by the same share, so that a value is never gone before it is stale.
inline lifetime jittered(lifetime of, double jitter, double random) {
    return {jittered(of.fresh, jitter, random), jittered(of.kept, jitter, random)};
}

}  // namespace headroom::cache
