// tenancy/configuration.hpp: queries of a tenant's configuration values.
//
// A read model: tenant_service changes it, by an event. Each call is one tenant-scoped statement on
// a lane: one round trip, and a foreign tenant's rows are out of reach by row-level security, not
// by a WHERE clause.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headroom/persistence/database.hpp"
#include "headroom/persistence/tenant.hpp"

namespace headroom::service::tenancy {

inline constexpr int page_max = 500;      ///< entries a list returns at most
inline constexpr int page_default = 100;

struct entry {
    std::string key;
    std::string value;  ///< canonical JSON, tagged by type; see configuration_value.hpp
    std::string updated_by;
    persistence::timestamp updated_at;

    static entry from(const persistence::row& each);
};

struct page {
    std::vector<entry> entries;
    std::optional<std::string> next;  ///< pass as `after` for the following page; none: the last
};

/// Stateless but for the database it is given; usable from every reactor. Throws what
/// persistence::lanes throw.
class configuration {
public:
    explicit configuration(persistence::database& db) : db_(db) {}

    task<std::optional<entry>> get(persistence::tenant_id tenant, std::string key, deadline until);
    /// In the order of keys, those after `after`. Requires 1 <= size <= page_max.
    task<page> list(persistence::tenant_id tenant, std::string after, int size, deadline until);

private:
    persistence::database& db_;
};

}  // namespace headroom::service::tenancy
