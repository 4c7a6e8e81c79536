// auth/principal.hpp: who a verified credential speaks for.
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

enum class principal_kind {
    user,   ///< a person
    agent,  ///< a program
};
std::string_view to_string(principal_kind of) noexcept;

/// Made from a token whose signature and claims hold, or of an API key that is in force, and
/// nowhere else. Copyable value.
struct principal {
    std::string issuer;   ///< as configured, which is exactly as in the token; empty for a key
    std::string subject;  ///< unique for its issuer only; the agent of a key
    std::optional<persistence::tenant_id> tenant;
    std::vector<std::string> scopes, roles;
    wall_time expiry;      ///< the token's; it is accepted for the leeway longer
    std::string token_id;  ///< `jti`; empty when there is none
    principal_kind kind = principal_kind::user;
    std::string key_id{};  ///< of the API key; empty for a token
    /// As the token says, unchecked but for their size: what a first profile is made of, and
    /// nothing that rights follow from.
    std::optional<std::string> email{}, name{};
    bool restricted = false;  ///< to its scopes: an API key that was issued for these alone

    bool has_scope(std::string_view scope) const;
    bool has_role(std::string_view role) const;
    /// Otherwise the refusal is token_fault::insufficient_scope.
    bool has_scopes(std::initializer_list<std::string_view> wanted) const;
};

}  // namespace headroom::auth
