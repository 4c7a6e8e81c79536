// tenancy/resolution_routes.hpp: what configuration means for a tenant, over HTTP.
//
//     GET /v1/tenants/{tenant}/features/{feature}          {feature, enabled, bucket?, source}
//     GET /v1/tenants/{tenant}/limits/{resource}?current=N&increment=M
//                                                {resource, limit, remaining, source}, or 429
//     GET /v1/tenants/{tenant}/policies/{type}?for=NAME    {type, value, source}, or 422
//
// A feature is its configuration key; a limit stands under limit.RESOURCE, a policy under
// policy.TYPE, one bound to somebody under policy.TYPE.NAME. `source` is tenant, system_default,
// binding, or null where there is no value: the feature is off then, and nothing is limited.
#pragma once
#include "service/tenancy/routes.hpp"

namespace headroom::service::tenancy {

void add_resolution_routes(http::typed::api& to, const configuration_desk& of);

}  // namespace headroom::service::tenancy
