// identity/changing.hpp: how a command on a user or on an agent is run and answered. Of the routes.
//
// The path's tenant has to be active, the version a caller has seen is agreed on, and the answer
// waits for the read model where the request prefers so.
#pragma once
#include "service/command_reply.hpp"
#include "service/identity/messages.hpp"
#include "service/identity/projections.hpp"
#include "service/identity/routes.hpp"
#include "service/tenancy/tenant_routes.hpp"

namespace headroom::service::identity {

/// Users or agents: who runs their commands, what shows them, how a change of one is answered.
template <class Service, class Changed>
struct resource {
    using changed = Changed;
    const Service& commands;
    const char* projection;
    const char* path;  ///< below the tenant's
};

inline resource<user_service, changed_user> users_of(const identity_desk& of) {
    return {of.users, profiles_projection, "users"};
}
inline resource<agent_service, changed_agent> agents_of(const identity_desk& of) {
    return {of.agents, keys_projection, "agents"};
}

/// One that this command makes, or finds: 200 then.
template <class Resource, class Command>
task<http::response> begin(identity_desk desk, Resource to, persistence::tenant_id tenant,
                           commanding of, Command command, version_seen seen) {
    auto by = agreed(std::move(of.by), seen);
    co_await tenancy::require_active(desk.tenants, tenant, of.of.until);
    command.tenant_id = tenant.text();
    const auto made =
        required(co_await to.commands.run(std::move(command), std::move(by), of.of.until));
    auto answer = co_await reply(desk.models, of.of, made.at,
                                 typename Resource::changed{made.id}, to.projection,
                                 made.at.changed() ? 201 : 200);
    answer.with("Location", fmt::format("/v1/tenants/{}/{}/{}", tenant.text(), to.path,
                                        eventsourcing::to_string(made.id)));
    co_return answer;
}

/// A command on one that is there.
template <class Resource, class Command>
task<typed::answer<typename Resource::changed, 200, 202>> change(
    identity_desk desk, Resource to, persistence::tenant_id tenant, eventsourcing::uuid id,
    commanding of, Command command, version_seen seen) {
    auto by = agreed(std::move(of.by), seen);
    co_await tenancy::require_active(desk.tenants, tenant, of.of.until);
    command.tenant_id = tenant.text();
    const auto at =
        required(co_await to.commands.run(id, std::move(command), std::move(by), of.of.until));
    co_return co_await reply(desk.models, of.of, at, typename Resource::changed{id},
                             to.projection);
}

}  // namespace headroom::service::identity
