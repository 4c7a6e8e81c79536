// service/caching.hpp: the cache of a process that has a Redis for it, and what is kept there.
#pragma once
#include <optional>

#include "headroom/persistence/cache/two_level.hpp"
#include "service/process.hpp"
#include "service/tenancy/kept_values.hpp"

namespace headroom::service {

/// Nothing without REDIS_URL. The process outlives it; it outlives what is told and asked through
/// it.
class caching {
public:
    explicit caching(process& in);

    /// To be started before what tells it of changes, and before the server. None without a Redis.
    std::vector<part*> parts();
    /// Null without a Redis.
    cache::two_level* levels() noexcept { return levels_ ? &*levels_ : nullptr; }
    tenancy::kept_values* values() noexcept { return values_ ? &*values_ : nullptr; }

private:
    std::optional<cache::two_level> levels_;
    std::optional<tenancy::kept_values> values_;
};

}  // namespace headroom::service
