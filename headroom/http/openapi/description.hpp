// http/openapi/description.hpp: what a document says beyond its routes.
#pragma once
#include <boost/json/object.hpp>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "headroom/http/router.hpp"

namespace headroom::http::openapi {

/// One way to be let in: a scheme by its name, with the scopes or roles it has to bring.
struct requirement {
    std::string scheme;
    std::vector<std::string> scopes{};
};

/// Who may call a route.
struct audience {
    std::vector<requirement> ways{};     ///< each enough by itself; none: it is open to everybody
    std::vector<std::string> callers{};  ///< by the service's own names: x-headroom-callers
    std::string text{};                  ///< the same as a sentence, added to its description
};

struct description {
    std::string title, version;
    std::string text{};  ///< sentences about the whole; CommonMark
    /// Security Scheme Objects by name; see bearer() and api_key().
    std::map<std::string, boost::json::object> schemes{};
    /// Not set: all routes are open to everybody.
    std::function<audience(const route_name&)> needs{};
    /// Requests of one client are limited, by the middleware rate_limit.
    bool limits_rates = false;
};

/// Authorization: Bearer, with a token of that format.
inline boost::json::object bearer(const std::string& format = "JWT") {
    return {{"type", "http"}, {"scheme", "bearer"}, {"bearerFormat", format}};
}
/// A key in a header field.
inline boost::json::object api_key(const std::string& header) {
    return {{"type", "apiKey"}, {"in", "header"}, {"name", header}};
}

}  // namespace headroom::http::openapi
