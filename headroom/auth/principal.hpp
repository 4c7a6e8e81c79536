// auth/principal.hpp: who a verified token speaks for.
#pragma once
#include <chrono>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/persistence/tenant.hpp"

namespace headroom::auth {

/// The time tokens are judged by. Handed in, so that a test decides what it is.
using wall_time = std::chrono::sys_time<std::chrono::microseconds>;

/// Made from a token whose signature and claims hold, and nowhere else. Copyable value.
struct principal {
    std::string issuer;   ///< as configured, which is exactly as in the token
    std::string subject;  ///< unique for its issuer only
    std::optional<persistence::tenant_id> tenant;
    std::vector<std::string> scopes, roles;
    wall_time expiry;      ///< the token's; it is accepted for the leeway longer
    std::string token_id;  ///< `jti`; empty when there is none

    bool has_scope(std::string_view scope) const;
    bool has_role(std::string_view role) const;
    /// Otherwise the refusal is token_fault::insufficient_scope.
    bool has_scopes(std::initializer_list<std::string_view> wanted) const;
};

}  // namespace headroom::auth
