// identity/routes.hpp: users and agents over HTTP, each within the path's tenant.
//
//     POST /v1/tenants/{tenant}/users                      {issuer, subject, email?, name?}
//     GET  /v1/tenants/{tenant}/users/{user}
//     PUT  /v1/tenants/{tenant}/users/{user}/profile       {display_name}
//     PUT  /v1/tenants/{tenant}/users/{user}/preferences   {preferences}: replaced
//     POST /v1/tenants/{tenant}/agents                     201: {agent_type, display_name}
//     GET  /v1/tenants/{tenant}/agents/{agent}             by its events: always current
//     POST /v1/tenants/{tenant}/agents/{agent}/suspend, /reactivate
//     GET  /v1/tenants/{tenant}/agents/{agent}/keys        newest first: ?after=KEY&limit=N
//     POST /v1/tenants/{tenant}/agents/{agent}/keys        {scopes?} 201: the key's text, this once
//     POST /v1/tenants/{tenant}/agents/{agent}/keys/rotate 201: likewise; the oldest is revoked
//     POST /v1/tenants/{tenant}/agents/{agent}/keys/{key}/revoke
//
// A tenant that is not active is refused: 403.
#pragma once
#include "headroom/http/typed/api.hpp"
#include "service/identity/agent_service.hpp"
#include "service/identity/key_list.hpp"
#include "service/identity/profiles.hpp"
#include "service/identity/user_service.hpp"
#include "service/read_models.hpp"
#include "service/tenancy/service.hpp"

namespace headroom::service::identity {

/// All of it outlives the router.
struct identity_desk {
    const user_service& users;
    const agent_service& agents;
    const profiles& queries;
    const key_list& keys;
    const tenancy::tenant_service& tenants;
    read_models& models;
    bool issues_keys = false;  ///< there is a pepper
    std::chrono::milliseconds key_lifetime{0};  ///< 0: no key expires
};

void add_routes(http::typed::api& to, const identity_desk& of);

/// Its parts.
void add_user_routes(http::typed::api& to, const identity_desk& of);
void add_agent_routes(http::typed::api& to, const identity_desk& of);
void add_key_routes(http::typed::api& to, const identity_desk& of);

}  // namespace headroom::service::identity
