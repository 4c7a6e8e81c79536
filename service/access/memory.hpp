// access/memory.hpp: what decides about requests, remembered for moments.
//
// A tenant's status and a key's row are looked up once in kept_ms; a change that this process
// projects itself is seen with the read model, one that another process projects kept_ms later at
// the latest.
#pragma once
#include "headroom/auth/api_key_verifier.hpp"
#include "headroom/eventsourcing/audience.hpp"

namespace headroom::service::access {

inline constexpr std::chrono::milliseconds kept_ms{5'000};
inline constexpr std::size_t tenants_kept_max = 10'000, keys_kept_max = 10'000;

/// A tenant's status as its read model has it; empty: there is no such tenant.
using kept_standings = auth::brief_cache<std::string>;

/// Thread-safe.
class memory final : public eventsourcing::audience {
public:
    /// `also`: who else is told of what projections change; may be null.
    explicit memory(eventsourcing::audience* also = nullptr) : also_(also) {}

    kept_standings tenants{tenants_kept_max, kept_ms};
    auth::kept_api_keys keys{keys_kept_max, kept_ms};

    task<void> changing(std::string_view projection, std::vector<std::string> what) override;
    task<void> changed(std::string_view projection, std::vector<std::string> what) override;

private:
    eventsourcing::audience* const also_;
};

}  // namespace headroom::service::access
