#include "service/identity/changing.hpp"

namespace headroom::service::identity {
namespace {

using persistence::tenant_id;
using typed::body;

using agent_in_path = id_in_path<"agent">;
using reply_of_agent = typed::answer<changed_agent, 200, 202>;
using reply_of_new_agent = located<typed::answer<changed_agent, 201, 202>>;

agent_view view_of(const eventsourcing::stream_id& id, const agent& of,
                   eventsourcing::stream_version version) {
    agent_view made{.agent_id = id,
                    .version = version,
                    .tenant_id = of.tenant_id,
                    .agent_type = of.type_id,
                    .display_name = of.display_name,
                    .status = of.active ? agent_state::active : agent_state::suspended,
                    .keys = {}};
    for (const auto& each : of.keys)
        made.keys.push_back({each.id, each.active ? key_state::active : key_state::revoked});
    return made;
}

task<reply_of_new_agent> post_agent(identity_desk desk, tenant_id tenant, commanding of,
                                    body<new_agent> sent) {
    co_return co_await begin(desk, agents_of(desk), std::move(tenant), std::move(of),
                             register_agent{{}, sent->agent_type, sent->display_name},
                             sent->expected_version);
}

task<versioned<agent_view>> get_agent(identity_desk desk, tenant_id tenant, agent_in_path id,
                                      http::request& of) {
    const auto found = co_await desk.agents.load(id.is, of.until);
    if (!found.state.exists || found.state.tenant_id != tenant.text())
        co_return http::problem{404, "The tenant has no such agent."};
    co_return shown(view_of(id.is, found.state, found.version));
}

task<reply_of_agent> post_suspend(identity_desk desk, tenant_id tenant, agent_in_path agent,
                                  commanding of, body<agent_suspension> sent) {
    return change(desk, agents_of(desk), std::move(tenant), agent.is, std::move(of),
                  suspend_agent{{}, sent->reason}, sent->expected_version);
}
task<reply_of_agent> post_reactivate(identity_desk desk, tenant_id tenant, agent_in_path agent,
                                     commanding of, body<agent_command> sent) {
    return change(desk, agents_of(desk), std::move(tenant), agent.is, std::move(of),
                  reactivate_agent{}, sent->expected_version);
}

}  // namespace

void add_agent_routes(typed::api& to, const identity_desk& of) {
    const auto with = [of](auto what) { return typed::bound(of, what); };
    const auto about = [](std::string summary) {
        return typed::about{.summary = std::move(summary), .tag = "agents"};
    };
    to.post<"/v1/tenants/{tenant}/agents">(with(post_agent), about("Register an agent"))
        .get<"/v1/tenants/{tenant}/agents/{agent}">(with(get_agent),
                                                    about("An agent, by its events"))
        .post<"/v1/tenants/{tenant}/agents/{agent}/suspend">(with(post_suspend),
                                                             about("Suspend an agent"))
        .post<"/v1/tenants/{tenant}/agents/{agent}/reactivate">(
            with(post_reactivate), about("Reactivate a suspended agent"));
}

}  // namespace headroom::service::identity
