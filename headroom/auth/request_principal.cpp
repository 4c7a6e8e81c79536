#include "headroom/auth/request_principal.hpp"

#include <algorithm>

namespace headroom::auth {

const principal* find_principal(const http::request& of) noexcept {
    const auto* found = of.left.find<known_principal>();
    return found == nullptr ? nullptr : found->who.get();
}

const principal& principal_of(const http::request& of) {
    const auto* who = find_principal(of);
    if (who == nullptr) throw denied(denial_of(token_fault::no_credentials));
    return *who;
}

void require_role(const http::request& of, std::initializer_list<std::string_view> any) {
    const auto& who = principal_of(of);
    if (std::ranges::none_of(any, [&](auto each) { return who.has_role(each); }))
        throw denied(forbidden("This takes a role the principal does not have.", "role"));
}

void require_scope(const http::request& of, std::string_view scope) {
    if (!principal_of(of).has_scope(scope))
        throw denied(denial_of(token_fault::insufficient_scope, scope));
}

}  // namespace headroom::auth
