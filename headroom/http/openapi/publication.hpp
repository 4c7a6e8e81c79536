// http/openapi/publication.hpp: the document and a page that shows it, served.
//
//     GET /openapi.json    OpenAPI 3.1, with an ETag
//     GET /docs            a page for people: operations by group, schemas, a form to try them
//
// The page is part of the program: it loads nothing from elsewhere, and its Content-Security-Policy
// lets it load and ask this server alone.
#pragma once
#include "headroom/http/openapi/description.hpp"
#include "headroom/http/typed/api.hpp"

namespace headroom::http::openapi {

/// Enters the routes, then makes the document of all there are: to be called after every other
/// route was entered.
void publish(typed::api& to, const description& as);

}  // namespace headroom::http::openapi
