// http/openapi/document.hpp: an API as an OpenAPI 3.1 document.
#pragma once
#include "headroom/http/openapi/description.hpp"
#include "headroom/http/typed/api.hpp"

namespace headroom::http::openapi {

/// Every route of the API's router. Of those entered without types it tells what the router knows:
/// method, path and the path's parameters. Problems, 422 among them, are components.
boost::json::object document(const typed::api& of, const description& as);

/// How an operation is called: "get_v1_tenants_tenant" of GET /v1/tenants/{tenant}.
std::string operation_id(const route_name& of);

}  // namespace headroom::http::openapi
