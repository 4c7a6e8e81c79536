// identity/key_scope.hpp: what an agent's key may be issued for, where it is not for everything.
//
//     tenant:read          the tenant
//     configuration:read   its configuration, features, limits and policies
//     agent:read           the agent itself, and the list of its keys
//     keys:rotate          a rotation, of that very key
#pragma once
#include <boost/describe/enum.hpp>
#include <cstddef>
#include <string_view>

namespace headroom::service::identity {

enum class key_scope { tenant_read, configuration_read, agent_read, keys_rotate };
BOOST_DESCRIBE_ENUM(key_scope, tenant_read, configuration_read, agent_read, keys_rotate)

/// Of one key; a read model's row holds as many.
inline constexpr std::size_t key_scopes_max = 16;

/// "tenant:read".
constexpr std::string_view to_string(key_scope of) noexcept {
    constexpr std::string_view words[] = {"tenant:read", "configuration:read", "agent:read",
                                          "keys:rotate"};
    return words[static_cast<std::size_t>(of)];
}

}  // namespace headroom::service::identity
