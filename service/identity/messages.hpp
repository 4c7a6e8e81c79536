// identity/messages.hpp: what clients send about users and agents, and what they are told.
#pragma once
#include "service/arguments.hpp"
#include "service/identity/key_list.hpp"
#include "service/identity/key_scope.hpp"
#include "service/short_text.hpp"

namespace headroom::service::identity {

// ---- users ----

struct new_user {
    typed::text<1, 255, "[!-~]+"> issuer;
    typed::text<1, 255, "[ -~]+"> subject;
    std::optional<std::string> email, name;
    version_seen expected_version;
};
BOOST_DESCRIBE_STRUCT(new_user, (), (issuer, subject, email, name, expected_version))

struct user_profile {
    typed::text<1, short_text_max> display_name;
    version_seen expected_version;
};
BOOST_DESCRIBE_STRUCT(user_profile, (), (display_name, expected_version))

struct user_preferences {
    boost::json::object preferences;
    version_seen expected_version;
};
BOOST_DESCRIBE_STRUCT(user_preferences, (), (preferences, expected_version))

struct user_view {
    eventsourcing::uuid user_id;
    eventsourcing::stream_version version = 0;
    std::string tenant_id, issuer, subject;
    typed::nullable<std::string> email;
    std::string display_name;
    boost::json::value preferences;
    eventsourcing::timestamp created_at, updated_at;
};
BOOST_DESCRIBE_STRUCT(user_view, (),
                      (user_id, version, tenant_id, issuer, subject, email, display_name,
                       preferences, created_at, updated_at))

/// Where a command's effect stands; no position: there was nothing to do.
struct changed_user {
    eventsourcing::uuid user_id;
    eventsourcing::stream_version version = 0;
    std::optional<eventsourcing::log_position> position{};
};
BOOST_DESCRIBE_STRUCT(changed_user, (), (user_id, version, position))

// ---- agents ----

struct new_agent {
    typed::text<2, 63, "[a-z0-9][a-z0-9_-]*[a-z0-9]"> agent_type;
    typed::text<1, short_text_max> display_name;
    version_seen expected_version;
};
BOOST_DESCRIBE_STRUCT(new_agent, (), (agent_type, display_name, expected_version))

struct agent_suspension {
    typed::text<0, reason_max> reason;
    version_seen expected_version;
};
BOOST_DESCRIBE_STRUCT(agent_suspension, (), (reason, expected_version))

/// A command that needs nothing else.
struct agent_command {
    version_seen expected_version;
};
BOOST_DESCRIBE_STRUCT(agent_command, (), (expected_version))

/// Without scopes a key is for whatever its agent may do.
struct new_key {
    std::optional<typed::list<key_scope, 1, key_scopes_max>> scopes;
    version_seen expected_version;
};
BOOST_DESCRIBE_STRUCT(new_key, (), (scopes, expected_version))

enum class key_state { active, revoked };
BOOST_DESCRIBE_ENUM(key_state, active, revoked)
enum class agent_state { active, suspended };
BOOST_DESCRIBE_ENUM(agent_state, active, suspended)

struct key_view {
    std::string key_id;
    key_state status{};
};
BOOST_DESCRIBE_STRUCT(key_view, (), (key_id, status))

struct agent_view {
    eventsourcing::uuid agent_id;
    eventsourcing::stream_version version = 0;
    std::string tenant_id, agent_type, display_name;
    agent_state status{};
    std::vector<key_view> keys;
};
BOOST_DESCRIBE_STRUCT(agent_view, (),
                      (agent_id, version, tenant_id, agent_type, display_name, status, keys))

BOOST_DESCRIBE_ENUM(key_standing, active, suspended, expired, revoked)

/// One of an agent's keys. No scopes: whatever the agent may do.
struct listed_key_view {
    std::string key_id;
    key_standing status{};
    typed::nullable<std::vector<std::string>> scopes;
    eventsourcing::timestamp created_at;
    typed::nullable<eventsourcing::timestamp> expires_at, revoked_at, last_used_at;
};
BOOST_DESCRIBE_STRUCT(listed_key_view, (),
                      (key_id, status, scopes, created_at, expires_at, revoked_at, last_used_at))

struct key_page {
    std::vector<listed_key_view> items;
    std::optional<std::string> next;  ///< the `after` of the following page
};
BOOST_DESCRIBE_STRUCT(key_page, (), (items, next))

struct changed_agent {
    eventsourcing::uuid agent_id;
    eventsourcing::stream_version version = 0;
    std::optional<eventsourcing::log_position> position{};
};
BOOST_DESCRIBE_STRUCT(changed_agent, (), (agent_id, version, position))

/// The only time the key's text is seen.
struct issued_key_view {
    eventsourcing::uuid agent_id;
    std::string key_id, key;
    eventsourcing::stream_version version = 0;
    std::optional<eventsourcing::log_position> position{};
};
BOOST_DESCRIBE_STRUCT(issued_key_view, (), (agent_id, key_id, key, version, position))

}  // namespace headroom::service::identity

namespace headroom::http::typed {

/// "tenant:read".
template <>
struct enum_text<service::identity::key_scope> {
    static std::string_view of(service::identity::key_scope is, const char*) {
        return service::identity::to_string(is);
    }
};

}  // namespace headroom::http::typed
