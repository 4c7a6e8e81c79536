// access/table.hpp: every route, and who may call it. A route that is not here is not served.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "headroom/http/openapi/description.hpp"
#include "headroom/http/router.hpp"
#include "service/access/rights.hpp"

namespace headroom::service::access {

struct rule {
    http::route_name route;
    callers may;
    /// What a key that was issued for some scopes alone has to have; any_key: none of them. Empty,
    /// such a key is refused.
    std::string_view scope{};
};
inline constexpr std::string_view any_key = "*";

std::span<const rule> table() noexcept;

/// A HEAD is what its GET is. Null for what is not in the table.
const rule* find_rule(http::method verb, std::string_view path_template) noexcept;

/// Who may call a route, as its description says it: by which credentials and roles, none for
/// anybody's; a key's with the scope it needs where it has scopes.
http::openapi::audience audience_of(const http::route_name& route);

/// The templates of routes for anybody: no credential is looked at on them.
std::vector<std::string> open_routes();

/// A line for each route that is served and not in the table: the start is refused for them.
std::vector<std::string> missing_rules(const http::router& of);

}  // namespace headroom::service::access
