// identity/events.hpp: what can happen to a user, and to an agent (a machine's principal).
//
// Every event names its tenant: read models are isolated by it.
#pragma once
#include "headroom/eventsourcing/codec.hpp"

namespace headroom::service::identity {

using eventsourcing::json_text;
using eventsourcing::timestamp;

struct user_provisioned {
    static constexpr char topic[] = "identity:User.Provisioned";
    std::string tenant_id, issuer, oidc_sub;
    std::optional<std::string> email;
    std::string display_name;
    bool operator==(const user_provisioned&) const = default;
};
BOOST_DESCRIBE_STRUCT(user_provisioned, (), (tenant_id, issuer, oidc_sub, email, display_name))

struct profile_updated {
    static constexpr char topic[] = "identity:User.ProfileUpdated";
    std::string tenant_id, display_name;
    bool operator==(const profile_updated&) const = default;
};
BOOST_DESCRIBE_STRUCT(profile_updated, (), (tenant_id, display_name))

struct preferences_updated {
    static constexpr char topic[] = "identity:User.PreferencesUpdated";
    std::string tenant_id;
    json_text preferences;  ///< replaces what was there
    bool operator==(const preferences_updated&) const = default;
};
BOOST_DESCRIBE_STRUCT(preferences_updated, (), (tenant_id, preferences))

using user_event = std::variant<user_provisioned, profile_updated, preferences_updated>;

struct agent_registered {
    static constexpr char topic[] = "identity:Agent.Registered";
    std::string tenant_id, agent_type_id, display_name;
    bool operator==(const agent_registered&) const = default;
};
BOOST_DESCRIBE_STRUCT(agent_registered, (), (tenant_id, agent_type_id, display_name))

struct agent_suspended {
    static constexpr char topic[] = "identity:Agent.Suspended";
    std::string tenant_id, reason;
    bool operator==(const agent_suspended&) const = default;
};
BOOST_DESCRIBE_STRUCT(agent_suspended, (), (tenant_id, reason))

struct agent_reactivated {
    static constexpr char topic[] = "identity:Agent.Reactivated";
    std::string tenant_id;
    bool operator==(const agent_reactivated&) const = default;
};
BOOST_DESCRIBE_STRUCT(agent_reactivated, (), (tenant_id))

/// What a key was issued for; none: for whatever its agent may do, as every key of before.
using key_scopes = std::optional<std::vector<std::string>>;

struct key_issued {
    static constexpr char topic[] = "identity:Agent.APIKeyIssued";
    std::string tenant_id, key_id, key_hash;
    timestamp created_at;
    key_scopes scopes{};
    bool operator==(const key_issued&) const = default;
};
BOOST_DESCRIBE_STRUCT(key_issued, (), (tenant_id, key_id, key_hash, created_at, scopes))

struct key_rotated {
    static constexpr char topic[] = "identity:Agent.APIKeyRotated";
    std::string tenant_id, new_key_id, new_key_hash, revoked_key_id;
    timestamp rotated_at;
    key_scopes scopes{};  ///< of the new key: those of the one it replaces
    bool operator==(const key_rotated&) const = default;
};
BOOST_DESCRIBE_STRUCT(key_rotated, (),
                      (tenant_id, new_key_id, new_key_hash, revoked_key_id, rotated_at, scopes))

struct key_revoked {
    static constexpr char topic[] = "identity:Agent.APIKeyRevoked";
    std::string tenant_id, key_id;
    timestamp revoked_at;
    bool operator==(const key_revoked&) const = default;
};
BOOST_DESCRIBE_STRUCT(key_revoked, (), (tenant_id, key_id, revoked_at))

struct key_expired {
    static constexpr char topic[] = "identity:Agent.APIKeyExpired";
    std::string tenant_id, key_id;
    timestamp expired_at;
    bool operator==(const key_expired&) const = default;
};
BOOST_DESCRIBE_STRUCT(key_expired, (), (tenant_id, key_id, expired_at))

/// A secret that an older system hashed in its own way was presented, and is kept as ours are.
struct key_rehashed {
    static constexpr char topic[] = "identity:Agent.APIKeyRehashed";
    std::string tenant_id, key_id, key_hash;
    bool operator==(const key_rehashed&) const = default;
};
BOOST_DESCRIBE_STRUCT(key_rehashed, (), (tenant_id, key_id, key_hash))

using agent_event = std::variant<agent_registered, agent_suspended, agent_reactivated, key_issued,
                                 key_rotated, key_revoked, key_expired, key_rehashed>;

}  // namespace headroom::service::identity
