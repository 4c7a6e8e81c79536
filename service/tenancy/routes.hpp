// tenancy/routes.hpp: tenant configuration over HTTP.
//
//     GET  /v1/tenants/{tenant}/configuration?after=KEY&limit=N
//     GET  /v1/tenants/{tenant}/configuration/{key}
//     PUT  /v1/tenants/{tenant}/configuration/{key}    {"type": ..., "value": ...}
//
// Until authentication exists the tenant comes from the path, never from a header, and the service
// listens on loopback only.
#pragma once
#include "headroom/http/router.hpp"
#include "service/tenancy/configuration.hpp"

namespace headroom::service::tenancy {

/// Enters the routes. `values` outlives the router.
void add_routes(http::router& to, configuration& values);

}  // namespace headroom::service::tenancy
