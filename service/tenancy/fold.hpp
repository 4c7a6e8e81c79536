// tenancy/fold.hpp: a tenant, as its events made it.
//
//     PROVISIONING -> ACTIVE <-> SUSPENDED;  ACTIVE or SUSPENDED -> DECOMMISSIONED, for good
#pragma once
#include "service/tenancy/events.hpp"

namespace headroom::service::tenancy {

enum class status { none, provisioning, active, suspended, decommissioned };
/// "ACTIVE", as read models and clients see it; "" for none.
std::string_view to_string(status of) noexcept;
std::optional<status> parse_status(std::string_view text) noexcept;

struct tenant {
    status is = status::none;  ///< none: never provisioned
    std::string id, name;
    std::string reason, category;  ///< of the suspension, while it lasts
    std::vector<std::string> deleted{};  ///< categories of data that are gone
    std::vector<json_text> metadata{};  ///< objects, to be merged in their order
    bool operator==(const tenant&) const = default;
};

/// What all of its metadata takes once they are merged. Reads them all: for who changes them.
std::size_t metadata_bytes(const tenant& of);

/// The decider eventsourcing::repository works with.
struct tenants {
    using event = tenancy::event;
    using state = tenant;
    static tenant fold(tenant before, const event& what);
};

}  // namespace headroom::service::tenancy
