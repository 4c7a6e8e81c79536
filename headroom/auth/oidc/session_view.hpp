// auth/oidc/session_view.hpp: who is signed in with a browser, as GET /auth/session tells it.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "headroom/http/typed/described.hpp"

namespace headroom::auth {

/// What a page may know of its session: no token is in it.
struct session_view {
    std::string issuer, subject;
    http::typed::nullable<std::string> tenant;
    std::vector<std::string> roles, scopes;
    std::int64_t ends_at = 0;  ///< in seconds since 1970
};
BOOST_DESCRIBE_STRUCT(session_view, (), (issuer, subject, tenant, roles, scopes, ends_at))

}  // namespace headroom::auth
