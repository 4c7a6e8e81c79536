#include "service/identity/projections.hpp"

#include "service/identity/events.hpp"
#include "service/tenancy/deletion.hpp"

namespace headroom::service::identity {
namespace {

using eventsourcing::effects;
using eventsourcing::recorded_event;
using persistence::jsonb;
using persistence::statement;

constexpr statement insert_profile(R"(
insert into user_profile (user_id, version, tenant_id, issuer, oidc_sub, email, display_name,
                          created_at, updated_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $8)
on conflict (user_id) do update set version = excluded.version, tenant_id = excluded.tenant_id,
    issuer = excluded.issuer, oidc_sub = excluded.oidc_sub, email = excluded.email,
    display_name = excluded.display_name, preferences = '{}', created_at = excluded.created_at,
    updated_at = excluded.updated_at)");
constexpr statement set_name(
    "update user_profile set version = $2, display_name = $3, updated_at = $4 where user_id = $1");
constexpr statement set_preferences(
    "update user_profile set version = $2, preferences = $3, updated_at = $4 where user_id = $1");
constexpr statement delete_profiles_of_tenant("delete from user_profile where tenant_id = $1");
constexpr statement delete_profiles("delete from user_profile");

constexpr statement insert_key(R"(
insert into agent_api_key_registry (key_id, agent_id, tenant_id, key_hash, agent_active, created_at,
                                    scopes)
values ($1, $2, $3, $4, true, $5, $6)
on conflict (key_id) do update set agent_id = excluded.agent_id, tenant_id = excluded.tenant_id,
    key_hash = excluded.key_hash, status = 'active', agent_active = true,
    created_at = excluded.created_at, scopes = excluded.scopes, revoked_at = null)");
constexpr statement end_key(
    "update agent_api_key_registry set status = 'revoked', revoked_at = $2 where key_id = $1");
constexpr statement set_key_hash(
    "update agent_api_key_registry set key_hash = $2 where key_id = $1");
constexpr statement set_agent_active(
    "update agent_api_key_registry set agent_active = $2 where agent_id = $1");
constexpr statement delete_keys_of_tenant(
    "delete from agent_api_key_registry where tenant_id = $1");
constexpr statement delete_uses_of_tenant("delete from agent_api_key_use where tenant_id = $1");
constexpr statement delete_keys("delete from agent_api_key_registry");

/// The tenant whose data of this category are deleted by an event; none by any other.
std::optional<std::string> tenant_gone(const recorded_event& from, std::string_view category) {
    if (from.topic != tenancy::data_deleted::topic) return std::nullopt;
    auto what = eventsourcing::decode_state<tenancy::data_deleted>(from.state);
    if (what.category != category) return std::nullopt;
    return std::move(what.tenant_id);
}

class user_profiles final : public eventsourcing::projection {
public:
    std::string_view name() const noexcept override { return profiles_projection; }
    bool wants(std::string_view topic) const noexcept override {
        return eventsourcing::knows_topic<user_event>(topic) ||
               topic == tenancy::data_deleted::topic;
    }
    void apply(const recorded_event& from, effects& to) override {
        if (const auto gone = tenant_gone(from, tenancy::category::users))
            return to.run(delete_profiles_of_tenant, *gone);
        if (from.topic == tenancy::data_deleted::topic) return;
        std::visit([&](const auto& what) { write(what, from, to); },
                   eventsourcing::decode<user_event>(from.topic, from.state));
    }
    void clear(effects& to) override { to.run(delete_profiles); }

private:
    static void write(const user_provisioned& what, const recorded_event& from, effects& to) {
        to.run(insert_profile, from.stream, from.version, what.tenant_id, what.issuer,
               what.oidc_sub, what.email, what.display_name, from.recorded_at);
    }
    static void write(const profile_updated& what, const recorded_event& from, effects& to) {
        to.run(set_name, from.stream, from.version, what.display_name, from.recorded_at);
    }
    static void write(const preferences_updated& what, const recorded_event& from, effects& to) {
        to.run(set_preferences, from.stream, from.version, jsonb{what.preferences.text},
               from.recorded_at);
    }
};

// A suspended agent's keys are refused as long as it lasts, so its state stands beside each. Who
// keeps copies is told of the agent, or of the tenant whose keys are all gone.
class api_keys final : public eventsourcing::projection {
public:
    std::string_view name() const noexcept override { return keys_projection; }
    bool wants(std::string_view topic) const noexcept override {
        if (topic == tenancy::data_deleted::topic) return true;
        return eventsourcing::knows_topic<agent_event>(topic) && topic != agent_registered::topic;
    }
    void apply(const recorded_event& from, effects& to) override {
        if (const auto gone = tenant_gone(from, tenancy::category::api_keys)) {
            to.run(delete_keys_of_tenant, *gone);
            to.run(delete_uses_of_tenant, *gone);
            return to.touch(*gone);
        }
        if (from.topic == tenancy::data_deleted::topic) return;
        std::visit([&](const auto& what) { write(what, from, to); },
                   eventsourcing::decode<agent_event>(from.topic, from.state));
        to.touch(eventsourcing::to_string(from.stream));
    }
    void clear(effects& to) override { to.run(delete_keys); }

private:
    static void write(const agent_registered&, const recorded_event&, effects&) {}
    static void write(const agent_suspended&, const recorded_event& from, effects& to) {
        to.run(set_agent_active, from.stream, false);
    }
    static void write(const agent_reactivated&, const recorded_event& from, effects& to) {
        to.run(set_agent_active, from.stream, true);
    }
    static void write(const key_issued& what, const recorded_event& from, effects& to) {
        to.run(insert_key, what.key_id, from.stream, what.tenant_id, what.key_hash,
               what.created_at, what.scopes);
    }
    static void write(const key_rotated& what, const recorded_event& from, effects& to) {
        to.run(end_key, what.revoked_key_id, what.rotated_at);
        to.run(insert_key, what.new_key_id, from.stream, what.tenant_id, what.new_key_hash,
               what.rotated_at, what.scopes);
    }
    static void write(const key_revoked& what, const recorded_event&, effects& to) {
        to.run(end_key, what.key_id, what.revoked_at);
    }
    static void write(const key_expired& what, const recorded_event&, effects& to) {
        to.run(end_key, what.key_id, what.expired_at);
    }
    static void write(const key_rehashed& what, const recorded_event&, effects& to) {
        to.run(set_key_hash, what.key_id, what.key_hash);
    }
};

}  // namespace

std::vector<std::unique_ptr<eventsourcing::projection>> projections() {
    std::vector<std::unique_ptr<eventsourcing::projection>> all;
    all.push_back(std::make_unique<user_profiles>());
    all.push_back(std::make_unique<api_keys>());
    return all;
}

}  // namespace headroom::service::identity
