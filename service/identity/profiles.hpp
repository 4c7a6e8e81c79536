// identity/profiles.hpp: queries of user profiles, each within one tenant.
#pragma once
#include <optional>
#include <string>

#include "headroom/eventsourcing/event.hpp"
#include "headroom/persistence/lanes.hpp"

namespace headroom::service::identity {

struct profile {
    eventsourcing::uuid user_id;
    eventsourcing::stream_version version = 0;  ///< of the last event the row shows
    std::string tenant_id, issuer, oidc_sub;
    std::optional<std::string> email;
    std::string display_name;
    std::string preferences;  ///< a JSON object
    persistence::timestamp created_at, updated_at;

    static profile from(const persistence::row& each);
};

/// As far as the projection has come. Usable from every reactor; the lanes outlive it.
class profiles {
public:
    explicit profiles(const persistence::lanes& over) : over_(over) {}
    task<std::optional<profile>> find(persistence::tenant_id tenant, eventsourcing::uuid user,
                                      deadline until) const;

private:
    const persistence::lanes& over_;
};

}  // namespace headroom::service::identity
