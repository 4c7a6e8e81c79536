#include "service/api_description.hpp"

#include "headroom/auth/oidc/accept_session.hpp"
#include "headroom/auth/oidc/cookie.hpp"

namespace headroom::service {
namespace {

ways_in or_by_session(ways_in needs) {
    return [needs = std::move(needs)](const http::route_name& route) {
        auto made = needs(route);
        // A session is a token's: whatever lets one in lets the other in.
        for (std::size_t i = 0, known = made.ways.size(); i < known; ++i)
            if (made.ways[i].scheme == token_scheme)
                made.ways.push_back({session_scheme, made.ways[i].scopes});
        return made;
    };
}

}  // namespace

http::openapi::description describe_management() {
    return {.title = "headroom-service: management",
            .version = HEADROOM_VERSION,
            .text = "Health, figures, the budget and the requests under way, for people on call."};
}

http::openapi::description describe_api(ways_in needs, bool sessions) {
    http::openapi::description made;
    made.title = "headroom-service";
    made.version = HEADROOM_VERSION;
    made.text =
        "Tenants, their configuration, users and agents. A command answers with the position its "
        "events were recorded at, Headroom-Position; a query that brings it is answered by a read "
        "model that has come that far. Every error is application/problem+json (RFC 9457). Every "
        "answer has an X-Request-Id.";
    if (!needs) return made;
    made.schemes = {{token_scheme, http::openapi::bearer()},
                    {key_scheme, http::openapi::api_key(auth::api_key_header)}};
    if (sessions)
        made.schemes[session_scheme] = {{"type", "apiKey"},
                                        {"in", "cookie"},
                                        {"name", auth::host_cookie_name(auth::session_cookie)}};
    made.needs = sessions ? or_by_session(std::move(needs)) : std::move(needs);
    return made;
}

}  // namespace headroom::service
