#include "service/identity/decide.hpp"

#include <algorithm>

namespace headroom::service::identity {
namespace {

std::unexpected<domain_error> no_such(const char* what) {
    return std::unexpected(domain_error{error_code::resource_not_found,
                                        std::string("There is no such ") + what + "."});
}

// Another tenant's user is none: nobody learns that it exists.
bool is_visible(const user& now, const std::string& tenant) {
    return now.exists && now.tenant_id == tenant;
}
bool is_visible(const agent& now, const std::string& tenant) {
    return now.exists && now.tenant_id == tenant;
}

std::string shown_name(const provision_user& from) {
    if (from.name && !from.name->empty()) return *from.name;
    if (from.email && !from.email->empty()) return from.email->substr(0, from.email->find('@'));
    return "User";
}

std::unexpected<domain_error> suspended() {
    return std::unexpected(domain_error{error_code::validation_error,
                                        "The agent is suspended and gets no key."});
}

}  // namespace

user_decision decide(const user& now, const provision_user& command) {
    if (!now.exists)
        return std::vector<user_event>{user_provisioned{command.tenant_id, command.issuer,
                                                        command.oidc_sub, command.email,
                                                        shown_name(command)}};
    if (now.tenant_id == command.tenant_id) return std::vector<user_event>{};
    return std::unexpected(
        domain_error{error_code::conflict, "The subject belongs to another tenant."});
}

user_decision decide(const user& now, const update_profile& command) {
    if (!is_visible(now, command.tenant_id)) return no_such("user");
    if (now.display_name == command.display_name) return std::vector<user_event>{};
    return std::vector<user_event>{profile_updated{command.tenant_id, command.display_name}};
}

user_decision decide(const user& now, const update_preferences& command) {
    if (!is_visible(now, command.tenant_id)) return no_such("user");
    return std::vector<user_event>{preferences_updated{command.tenant_id, command.preferences}};
}

agent_decision decide(const agent& now, const register_agent& command) {
    if (now.exists)
        return std::unexpected(domain_error{error_code::conflict, "The agent exists already."});
    return std::vector<agent_event>{
        agent_registered{command.tenant_id, command.agent_type_id, command.display_name}};
}

agent_decision decide(const agent& now, const suspend_agent& command) {
    if (!is_visible(now, command.tenant_id)) return no_such("agent");
    if (!now.active) return std::vector<agent_event>{};
    return std::vector<agent_event>{agent_suspended{command.tenant_id, command.reason}};
}

agent_decision decide(const agent& now, const reactivate_agent& command) {
    if (!is_visible(now, command.tenant_id)) return no_such("agent");
    if (now.active) return std::vector<agent_event>{};
    return std::vector<agent_event>{agent_reactivated{command.tenant_id}};
}

agent_decision decide(const agent& now, const issue_key& command) {
    if (!is_visible(now, command.tenant_id)) return no_such("agent");
    if (!now.active) return suspended();
    return std::vector<agent_event>{
        key_issued{command.tenant_id, command.key_id, command.key_hash, command.at,
                   command.scopes}};
}

agent_decision decide(const agent& now, const rotate_key& command) {
    if (!is_visible(now, command.tenant_id)) return no_such("agent");
    if (!now.active) return suspended();
    const auto old = std::ranges::find_if(now.keys, [&](const api_key& each) {
        return each.active && (!command.replaced || each.id == *command.replaced);
    });
    if (old == now.keys.end())
        return std::unexpected(
            domain_error{error_code::validation_error, "The agent has no active key to rotate."});
    return std::vector<agent_event>{key_rotated{command.tenant_id, command.key_id,
                                                command.key_hash, old->id, command.at,
                                                old->scopes}};
}

agent_decision decide(const agent& now, const revoke_key& command) {
    if (!is_visible(now, command.tenant_id)) return no_such("agent");
    const auto key = std::ranges::find(now.keys, command.key_id, &api_key::id);
    if (key == now.keys.end()) return no_such("key");
    if (!key->active) return std::vector<agent_event>{};
    return std::vector<agent_event>{key_revoked{command.tenant_id, command.key_id, command.at}};
}

agent_decision decide(const agent& now, const expire_keys& command) {
    if (!is_visible(now, command.tenant_id)) return no_such("agent");
    std::vector<agent_event> made;
    for (const auto& each : now.keys)
        if (each.active && each.issued_at < command.issued_before && made.size() < keys_expired_max)
            made.emplace_back(key_expired{command.tenant_id, each.id, command.at});
    return made;
}

agent_decision decide(const agent& now, const rehash_key& command) {
    if (!is_visible(now, command.tenant_id)) return no_such("agent");
    const auto key = std::ranges::find(now.keys, command.key_id, &api_key::id);
    if (key == now.keys.end()) return no_such("key");
    if (!key->active || key->rehashed) return std::vector<agent_event>{};
    return std::vector<agent_event>{
        key_rehashed{command.tenant_id, command.key_id, command.key_hash}};
}

}  // namespace headroom::service::identity
