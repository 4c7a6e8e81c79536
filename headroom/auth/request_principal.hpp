// auth/request_principal.hpp: who asks, for handlers and for the middlewares behind authentication.
//
//     const auto& who = auth::principal_of(request);
//     auth::require_scope(request, "orders:write");
//
// Refusals are thrown as `denied`, which answer_denials turns into 401 or 403.
#pragma once
#include <initializer_list>
#include <memory>
#include <string_view>

#include "headroom/auth/denial.hpp"
#include "headroom/auth/principal.hpp"
#include "headroom/http/request.hpp"

namespace headroom::auth {

/// Left on a request by the middleware that verified its credential.
struct known_principal {
    std::shared_ptr<const principal> who;
};

/// Null when nobody is known.
const principal* find_principal(const http::request& of) noexcept;
/// Throws denied, a 401, when nobody is known. Valid as long as the request.
const principal& principal_of(const http::request& of);

/// Throws denied, a 403, unless the principal has one of the roles.
void require_role(const http::request& of, std::initializer_list<std::string_view> any);
/// Throws denied, a 403 insufficient_scope that names the scope.
void require_scope(const http::request& of, std::string_view scope);

}  // namespace headroom::auth
