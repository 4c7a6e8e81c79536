// tenancy/tenant_list.hpp: queries of the tenants there are.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "headroom/eventsourcing/event.hpp"
#include "headroom/persistence/lanes.hpp"
#include "service/tenancy/fold.hpp"

namespace headroom::service::tenancy {

inline constexpr int tenants_page_max = 200;

struct tenant_row {
    eventsourcing::uuid id;
    eventsourcing::stream_version version = 0;  ///< of the last event the row shows
    std::string slug, name, status;
    std::string metadata;  ///< a JSON object
    persistence::timestamp created_at;
    std::optional<persistence::timestamp> activated_at, suspended_at, decommissioned_at;

    static tenant_row from(const persistence::row& each);
};

/// As far as the projection has come. Usable from every reactor; the lanes outlive it.
class tenant_list {
public:
    explicit tenant_list(const persistence::lanes& over) : over_(over) {}

    task<std::optional<tenant_row>> find(std::string slug, deadline until) const;
    /// Newest first; those of one status, or all. `after` is the last slug of the page before.
    /// Requires 1 <= size <= tenants_page_max.
    task<std::vector<tenant_row>> list(std::optional<status> which, std::string after, int size,
                                       deadline until) const;

private:
    const persistence::lanes& over_;
};

}  // namespace headroom::service::tenancy
