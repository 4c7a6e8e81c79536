// tenancy/routes.hpp: tenant configuration over HTTP.
//
//     GET  /v1/tenants/{tenant}/configuration?after=KEY&limit=N
//     GET  /v1/tenants/{tenant}/configuration/{key}
//     PUT  /v1/tenants/{tenant}/configuration/{key}    {"type": ..., "value": ...}
//
// A GET answers the tenant's own value, else the system's default, and its source. A PUT is
// recorded as an event and answered once the read model shows it.
//
// Until authentication exists the tenant comes from the path, never from a header, and the service
// listens on loopback only.
#pragma once
#include "headroom/http/typed/api.hpp"
#include "service/read_models.hpp"
#include "service/tenancy/configuration.hpp"
#include "service/tenancy/service.hpp"

namespace headroom::service::tenancy {

/// All of it outlives the router.
struct configuration_desk {
    const tenant_service& commands;
    configuration& values;
    read_models& models;
};

void add_routes(http::typed::api& to, const configuration_desk& of);

}  // namespace headroom::service::tenancy
