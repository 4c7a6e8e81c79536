#include "service/api_description.hpp"

#include "headroom/auth/middleware.hpp"

namespace headroom::service {

http::openapi::description describe_api(ways_in needs) {
    http::openapi::description made;
    made.title = "headroom-service";
    made.version = HEADROOM_VERSION;
    made.text =
        "Tenants, their configuration, users and agents. A command answers with the position its "
        "events were recorded at, Headroom-Position; a query that brings it is answered by a read "
        "model that has come that far. Every error is application/problem+json (RFC 9457).";
    if (!needs) return made;
    made.schemes = {{token_scheme, http::openapi::bearer()},
                    {key_scheme, http::openapi::api_key(auth::api_key_header)}};
    made.needs = std::move(needs);
    return made;
}

}  // namespace headroom::service
