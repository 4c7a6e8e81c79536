// tenancy/configuration.hpp: queries of a tenant's configuration values.
//
// A read model: tenant_service changes it, by an event. Each call is one tenant-scoped statement on
// a lane: one round trip, and a foreign tenant's rows are out of reach by row-level security, not
// by a WHERE clause. With a cache (kept_values.hpp) most calls are none. Where the tenant has no
// value of its own, the system's default stands in.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headroom/persistence/database.hpp"
#include "headroom/persistence/tenant.hpp"
#include "service/tenancy/kept_values.hpp"
#include "service/tenancy/resolution.hpp"

namespace headroom::service::tenancy {

inline constexpr int page_max = 500;      ///< entries a list returns at most
inline constexpr int page_default = 100;

/// A value, canonical JSON tagged by type (see configuration_value.hpp), and who set it.
struct entry {
    resolved_value is;
    std::string updated_by;                            ///< "" for a default
    std::optional<persistence::timestamp> updated_at;  ///< none for a default

    static entry from(const persistence::row& each);
};

struct page {
    std::vector<entry> entries;
    std::optional<std::string> next;  ///< pass as `after` for the following page; none: the last
};

/// Stateless but for what it is given, which outlives it; usable from every reactor. Throws what
/// persistence::lanes throw.
class configuration {
public:
    using position = eventsourcing::log_position;

    /// `kept`: null where nothing is.
    configuration(persistence::database& db, const system_defaults& defaults, kept_values* kept)
        : db_(db), defaults_(defaults), kept_(kept) {}

    const system_defaults& defaults() const noexcept { return defaults_; }

    // `at`: nothing older is answered, once the read model has come that far; 0: what is kept.

    /// The tenant's own value alone.
    task<std::optional<entry>> own(persistence::tenant_id tenant, std::string key, position at,
                                   deadline until);
    /// The tenant's own value, else the default.
    task<std::optional<entry>> get(persistence::tenant_id tenant, std::string key, position at,
                                   deadline until);
    /// Own values and defaults in the order of keys (by bytes), those after `after`. Requires
    /// 1 <= size <= page_max.
    task<page> list(persistence::tenant_id tenant, std::string after, int size, position at,
                    deadline until);

private:
    task<std::vector<entry>> own_page(persistence::tenant_id tenant, std::string after, int size,
                                      position at, deadline until);

    persistence::database& db_;
    const system_defaults& defaults_;
    kept_values* const kept_;
};

}  // namespace headroom::service::tenancy
