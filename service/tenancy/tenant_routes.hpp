// tenancy/tenant_routes.hpp: tenants over HTTP.
//
//     POST  /v1/tenants                                201: {slug, name, metadata?}
//     GET   /v1/tenants?status=&limit=&after=          newest first
//     GET   /v1/tenants/{tenant}
//     POST  /v1/tenants/{tenant}/activate, /suspend, /reactivate, /decommission
//     PATCH /v1/tenants/{tenant}/metadata              {metadata}: merged
//
// Until somebody can sign in the tenant comes from the path.
#pragma once
#include "headroom/http/typed/api.hpp"
#include "service/read_models.hpp"
#include "service/tenancy/service.hpp"
#include "service/tenancy/tenant_list.hpp"

namespace headroom::service::tenancy {

/// All of it outlives the router.
struct tenant_desk {
    const tenant_service& commands;
    const tenant_list& queries;
    read_models& models;
};

void add_routes(http::typed::api& to, const tenant_desk& of);

/// 404 where there is no such tenant, 403 where it is not active: nobody works for it then.
task<void> require_active(const tenant_service& tenants, const persistence::tenant_id& which,
                          deadline until);

}  // namespace headroom::service::tenancy
