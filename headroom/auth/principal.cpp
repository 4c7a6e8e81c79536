#include "headroom/auth/principal.hpp"

#include <algorithm>

namespace headroom::auth {

std::string_view to_string(principal_kind of) noexcept {
    return of == principal_kind::agent ? "agent" : "user";
}

bool principal::has_scope(std::string_view scope) const {
    return std::ranges::find(scopes, scope) != scopes.end();
}

bool principal::has_role(std::string_view role) const {
    return std::ranges::find(roles, role) != roles.end();
}

bool principal::has_scopes(std::initializer_list<std::string_view> wanted) const {
    return std::ranges::all_of(wanted, [&](auto each) { return has_scope(each); });
}

}  // namespace headroom::auth
