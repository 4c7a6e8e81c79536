// tenancy/deletion.hpp: what follows when a tenant is decommissioned: its data go.
//
// For each category an event is recorded, and the read models that keep it empty themselves of the
// tenant when they come to it: in the order of the events, and again in any rebuild.
#pragma once
#include "headroom/persistence/lanes.hpp"
#include "service/tenancy/service.hpp"

namespace headroom::service::tenancy {

namespace category {
inline constexpr char users[] = "users", api_keys[] = "api_keys", configuration[] = "configuration";
}  // namespace category

/// Counts and records each category of a decommissioned tenant; what is recorded already is passed
/// over. The counts are the read models', as far as they are. Throws std::runtime_error when the
/// tenant refuses, and as the store and lanes do.
task<void> delete_data(const tenant_service& tenants, const persistence::lanes& over,
                       persistence::tenant_id tenant, actor by, deadline until);

}  // namespace headroom::service::tenancy
