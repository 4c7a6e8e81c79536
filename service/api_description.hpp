// service/api_description.hpp: what the OpenAPI document says of the service as a whole.
#pragma once
#include "headroom/http/openapi/description.hpp"

namespace headroom::service {

/// The schemes by which a client may be known: see describe_api().
inline constexpr char token_scheme[] = "token", key_scheme[] = "key", session_scheme[] = "session";

/// Who may call a route, and by which of them.
using ways_in = std::function<http::openapi::audience(const http::route_name&)>;

/// Title, version, and a few sentences for whoever writes a client. Without `needs` nobody has to
/// be known. `sessions`: whoever must be known may be so by a browser's session too.
http::openapi::description describe_api(ways_in needs, bool sessions = false);
/// The same of a management port: nobody has to be known there.
http::openapi::description describe_management();

}  // namespace headroom::service
