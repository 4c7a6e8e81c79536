// persistence/cache/settings.hpp: how much is kept, how long, and how long Redis is waited for.
#pragma once
#include <chrono>
#include <cstddef>
#include <string>

#include "headroom/persistence/cache/lifetime.hpp"
#include "headroom/runtime/breaker.hpp"
#include "headroom/runtime/setting_reader.hpp"

namespace headroom::cache {

/// Plain data, checked where it is read.
struct settings {
    std::string prefix = "headroom";  ///< CACHE_PREFIX: of every key and channel
    lifetime values{};                ///< CACHE_FRESH and CACHE_TTL
    std::chrono::milliseconds local_kept{30'000};  ///< CACHE_LOCAL_TTL
    std::size_t local_entries_max = 10'000;        ///< CACHE_LOCAL_ENTRIES
    std::size_t local_bytes_max = 16 << 20;        ///< CACHE_LOCAL_BYTES
    std::chrono::milliseconds redis_ms_max{250};   ///< CACHE_TIMEOUT: one question to Redis

    // ---- what no variable sets ----
    std::size_t value_bytes_max = 1 << 20;  ///< a larger one is not kept
    double jitter = jitter_usual;           ///< of every life, longer or shorter
    std::chrono::milliseconds trust_ms{2'000};      ///< of the local level, see trust.hpp
    std::chrono::milliseconds load_ms_max{10'000};  ///< one load
    std::chrono::milliseconds barred_ms{15'000};    ///< a change whose end is not told
    std::size_t owed_max = 10'000;  ///< invalidations kept for a Redis that is away
    breaker_bounds breaking{
        .failures_max = 3,
        .pauses = {std::chrono::milliseconds(100), std::chrono::milliseconds(500),
                   std::chrono::milliseconds(5'000)}};
};

/// Declares and reads them. `prefix_usual`: the service's name.
settings read_settings(setting_reader& from, const std::string& prefix_usual);

}  // namespace headroom::cache
