#include "service/access/key_registry.hpp"

#include <algorithm>

#include "headroom/eventsourcing/event.hpp"
#include "service/access/rights.hpp"

namespace headroom::service::access {
namespace {

constexpr persistence::statement select_key(
    "select key_hash, agent_id, tenant_id, status, agent_active, created_at, scopes"
    " from headroom_api_key($1)");

auth::registered_api_key made_of(const persistence::row& row, const std::string& id,
                                 std::chrono::milliseconds lifetime) {
    auth::registered_api_key made;
    made.id = id;
    made.hash = row.get<std::string>(0);
    made.revoked = row.get<std::string>(3) != "active";
    made.agent_active = row.get<bool>(4);
    if (lifetime.count() > 0) made.expiry = row.get<persistence::timestamp>(5) + lifetime;
    auth::principal who;
    who.subject = eventsourcing::to_string(row.get<persistence::uuid>(1));
    who.kind = auth::principal_kind::agent;
    who.key_id = id;
    who.roles = {agent_role};
    if (auto scopes = row.get<std::optional<std::vector<std::string>>>(6)) {
        who.restricted = true;
        who.scopes = *std::move(scopes);
    }
    who.expiry = made.expiry.value_or(auth::wall_time::max());
    auto tenant = persistence::tenant_id::parse(row.get<std::string>(2));
    if (tenant) who.tenant = *std::move(tenant);
    made.who = std::make_shared<const auth::principal>(std::move(who));
    return made;
}

auth::registered_api_key made_of(const auth::operator_key& of) {
    auth::principal who;
    who.subject = of.id;
    who.kind = auth::principal_kind::agent;
    who.key_id = of.id;
    who.roles = {platform_role};
    who.expiry = auth::wall_time::max();
    return {of.id, of.hash, std::make_shared<const auth::principal>(std::move(who))};
}

}  // namespace

task<std::optional<auth::registered_api_key>> key_registry::find(std::string id,
                                                                 deadline until) const {
    const auto own = std::ranges::find(with_.operator_keys, id, &auth::operator_key::id);
    if (own != with_.operator_keys.end()) co_return made_of(*own);
    const auto rows = co_await over_.run(select_key, until, id);
    if (rows.empty()) co_return std::nullopt;
    auto made = made_of(rows[0], id, lifetime_);
    if (!made.who->tenant) co_return std::nullopt;  // nobody's
    co_return made;
}

}  // namespace headroom::service::access
