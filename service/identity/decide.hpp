// identity/decide.hpp: what a command makes of a user or of an agent. Pure.
//
// A user's subject, address and tenant never change. Only an active agent is issued keys; a
// rotation revokes the oldest active one, or the one it names, and the new key is for the same. A
// key that was revoked or has expired is so for good.
#pragma once
#include "service/domain_error.hpp"
#include "service/identity/fold.hpp"

namespace headroom::service::identity {

using user_decision = outcome<std::vector<user_event>>;
using agent_decision = outcome<std::vector<agent_event>>;

/// At the first sign-in. Again for the same tenant is nothing; for another one is CONFLICT.
struct provision_user {
    std::string tenant_id, issuer, oidc_sub;
    std::optional<std::string> email, name;
};
user_decision decide(const user& now, const provision_user& command);

struct update_profile {
    std::string tenant_id, display_name;
};
user_decision decide(const user& now, const update_profile& command);

struct update_preferences {
    std::string tenant_id;
    json_text preferences;
};
user_decision decide(const user& now, const update_preferences& command);

struct register_agent {
    std::string tenant_id, agent_type_id, display_name;
};
agent_decision decide(const agent& now, const register_agent& command);

struct suspend_agent {
    std::string tenant_id, reason;
};
agent_decision decide(const agent& now, const suspend_agent& command);

struct reactivate_agent {
    std::string tenant_id;
};
agent_decision decide(const agent& now, const reactivate_agent& command);

struct issue_key {
    std::string tenant_id, key_id, key_hash;
    timestamp at;
    key_scopes scopes{};
};
agent_decision decide(const agent& now, const issue_key& command);

struct rotate_key {
    std::string tenant_id, key_id, key_hash;
    timestamp at;
    std::optional<std::string> replaced{};  ///< a key's id; none: the oldest active one
};
agent_decision decide(const agent& now, const rotate_key& command);

/// Nothing where the key is not in force any more. A suspended agent's keys can be revoked too.
struct revoke_key {
    std::string tenant_id, key_id;
    timestamp at;
};
agent_decision decide(const agent& now, const revoke_key& command);

/// So many events come of one expire_keys at most; asked again, the others follow.
inline constexpr std::size_t keys_expired_max = 100;

/// Nothing where no active key is so old. A suspended agent's keys expire too.
struct expire_keys {
    std::string tenant_id;
    timestamp issued_before, at;
};
agent_decision decide(const agent& now, const expire_keys& command);

/// Nothing where the key was hashed anew already, or is not in force; none where there is no such.
struct rehash_key {
    std::string tenant_id, key_id, key_hash;
};
agent_decision decide(const agent& now, const rehash_key& command);

}  // namespace headroom::service::identity
