// access/me_routes.hpp: who the caller is.
//
//     GET /v1/me   the principal, its account's id and, of a user, its profile
#pragma once
#include "headroom/http/typed/api.hpp"
#include "service/identity/profiles.hpp"
#include "service/read_models.hpp"

namespace headroom::service::access {

/// Both outlive the router.
struct me_desk {
    const identity::profiles& queries;
    read_models& models;
};

void add_routes(http::typed::api& to, const me_desk& of);

}  // namespace headroom::service::access
