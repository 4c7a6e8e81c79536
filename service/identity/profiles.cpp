#include "service/identity/profiles.hpp"

namespace headroom::service::identity {
namespace {

constexpr persistence::statement by_id(R"(
select user_id, version, tenant_id, issuer, oidc_sub, email, display_name, preferences::text,
       created_at, updated_at
from user_profile where user_id = $1)");

}  // namespace

profile profile::from(const persistence::row& each) {
    return {each.get<persistence::uuid>(0),
            each.get<std::int64_t>(1),
            each.get<std::string>(2),
            each.get<std::string>(3),
            each.get<std::string>(4),
            each.get<std::optional<std::string>>(5),
            each.get<std::string>(6),
            each.get<std::string>(7),
            each.get<persistence::timestamp>(8),
            each.get<persistence::timestamp>(9)};
}

task<std::optional<profile>> profiles::find(persistence::tenant_id tenant,
                                            eventsourcing::uuid user, deadline until) const {
    co_return co_await over_.reads().optional<profile>(std::move(tenant), by_id, until, user);
}

}  // namespace headroom::service::identity
