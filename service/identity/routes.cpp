#include "service/identity/routes.hpp"

#include <boost/json.hpp>

#include "headroom/eventsourcing/exact_json.hpp"
#include "service/command_reply.hpp"
#include "service/identity/messages.hpp"
#include "service/identity/projections.hpp"
#include "service/storable_json.hpp"
#include "service/tenancy/tenant_routes.hpp"

namespace headroom::service::identity {
namespace {

using persistence::tenant_id;
using typed::body;

using user_in_path = id_in_path<"user">;
using agent_in_path = id_in_path<"agent">;

user_view view_of(const profile& of) {
    return {.user_id = of.user_id,
            .version = of.version,
            .tenant_id = of.tenant_id,
            .issuer = of.issuer,
            .subject = of.oidc_sub,
            .email = of.email,
            .display_name = of.display_name,
            .preferences = eventsourcing::parse_exactly(of.preferences),
            .created_at = of.created_at,
            .updated_at = of.updated_at};
}

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

/// A command on an agent or a user of the path's tenant, which has to be active.
template <class Changed, class Service, class Command>
task<http::response> change(identity_desk desk, const Service& to, const char* projection,
                            tenant_id tenant, eventsourcing::uuid id, commanding of,
                            Command command, version_seen seen) {
    auto by = agreed(std::move(of.by), seen);
    co_await tenancy::require_active(desk.tenants, tenant, of.of.until);
    command.tenant_id = tenant.text();
    const auto at = required(co_await to.run(id, std::move(command), std::move(by), of.of.until));
    co_return co_await reply(desk.models, of.of, at, Changed{id}, projection);
}

// ---- users ----

using reply_of_user = typed::answer<changed_user, 200, 202>;

using reply_of_new_user = located<typed::answer<changed_user, 200, 201, 202>>;

task<reply_of_new_user> post_user(identity_desk desk, tenant_id tenant, commanding of,
                                  body<new_user> sent) {
    provision_user command;
    command.issuer = std::move(sent->issuer);
    command.oidc_sub = std::move(sent->subject);
    command.email = std::move(sent->email);
    command.name = std::move(sent->name);
    auto by = agreed(std::move(of.by), sent->expected_version);
    co_await tenancy::require_active(desk.tenants, tenant, of.of.until);
    command.tenant_id = tenant.text();
    const auto made =
        required(co_await desk.users.run(std::move(command), std::move(by), of.of.until));
    auto answer = co_await reply(desk.models, of.of, made.at, changed_user{made.id},
                                 profiles_projection, made.at.changed() ? 201 : 200);
    answer.with("Location", "/v1/tenants/" + tenant.text() + "/users/" +
                                eventsourcing::to_string(made.id));
    co_return answer;
}

task<versioned<user_view>> get_user(identity_desk desk, tenant_id tenant, user_in_path user,
                                    asking of) {
    co_await desk.models.caught_up(of.of, profiles_projection);
    const auto found = co_await desk.queries.find(std::move(tenant), user.is, of.of.until);
    if (!found) co_return http::problem{404, "The tenant has no such user."};
    co_return shown(view_of(*found));
}

template <class Command>
task<reply_of_user> change_user(identity_desk desk, tenant_id tenant, user_in_path user,
                                commanding of, Command command, version_seen seen) {
    co_return co_await change<changed_user>(desk, desk.users, profiles_projection,
                                            std::move(tenant), user.is, std::move(of),
                                            std::move(command), seen);
}

task<reply_of_user> put_profile(identity_desk desk, tenant_id tenant, user_in_path user,
                                commanding of, body<user_profile> sent) {
    return change_user(desk, std::move(tenant), user, std::move(of),
                       update_profile{{}, sent->display_name}, sent->expected_version);
}
task<reply_of_user> put_preferences(identity_desk desk, tenant_id tenant, user_in_path user,
                                    commanding of, body<user_preferences> sent) {
    json_text text{required(storable_json("preferences", sent->preferences))};
    co_return co_await change_user(desk, std::move(tenant), user, std::move(of),
                                   update_preferences{{}, std::move(text)},
                                   sent->expected_version);
}

// ---- agents ----

using reply_of_agent = typed::answer<changed_agent, 200, 202>;

using reply_of_new_agent = located<typed::answer<changed_agent, 201, 202>>;

task<reply_of_new_agent> post_agent(identity_desk desk, tenant_id tenant, commanding of,
                                    body<new_agent> sent) {
    register_agent command{{}, sent->agent_type, sent->display_name};
    auto by = agreed(std::move(of.by), sent->expected_version);
    co_await tenancy::require_active(desk.tenants, tenant, of.of.until);
    command.tenant_id = tenant.text();
    const auto made =
        required(co_await desk.agents.run(std::move(command), std::move(by), of.of.until));
    auto answer = co_await reply(desk.models, of.of, made.at, changed_agent{made.id},
                                 keys_projection, 201);
    answer.with("Location", "/v1/tenants/" + tenant.text() + "/agents/" +
                                eventsourcing::to_string(made.id));
    co_return answer;
}

task<versioned<agent_view>> get_agent(identity_desk desk, tenant_id tenant, agent_in_path id,
                                      http::request& of) {
    const auto found = co_await desk.agents.load(id.is, of.until);
    if (!found.state.exists || found.state.tenant_id != tenant.text())
        co_return http::problem{404, "The tenant has no such agent."};
    co_return shown(view_of(id.is, found.state, found.version));
}

template <class Command>
task<reply_of_agent> change_agent(identity_desk desk, tenant_id tenant, agent_in_path agent,
                                  commanding of, Command command, version_seen seen) {
    co_return co_await change<changed_agent>(desk, desk.agents, keys_projection,
                                             std::move(tenant), agent.is, std::move(of),
                                             std::move(command), seen);
}

task<reply_of_agent> post_suspend(identity_desk desk, tenant_id tenant, agent_in_path agent,
                                  commanding of, body<agent_suspension> sent) {
    return change_agent(desk, std::move(tenant), agent, std::move(of),
                        suspend_agent{{}, sent->reason}, sent->expected_version);
}
task<reply_of_agent> post_reactivate(identity_desk desk, tenant_id tenant, agent_in_path agent,
                                     commanding of, body<agent_command> sent) {
    return change_agent(desk, std::move(tenant), agent, std::move(of), reactivate_agent{},
                        sent->expected_version);
}

// ---- keys ----

using key_command = task<outcome<issued_key>> (agent_service::*)(eventsourcing::stream_id,
                                                                 std::string, actor,
                                                                 deadline) const;
using reply_of_key = typed::answer<issued_key_view, 201, 202>;

task<reply_of_key> make_key(identity_desk desk, tenant_id tenant, agent_in_path agent,
                            commanding of, version_seen seen, key_command how) {
    if (!desk.issues_keys)
        co_return http::problem{503, "This service issues no keys: it was given no pepper."};
    auto by = agreed(std::move(of.by), seen);
    co_await tenancy::require_active(desk.tenants, tenant, of.of.until);
    const auto made = required(
        co_await (desk.agents.*how)(agent.is, tenant.text(), std::move(by), of.of.until));
    issued_key_view told{agent.is, made.key_id, std::string(made.text.reveal())};
    auto answer =
        co_await reply(desk.models, of.of, made.at, std::move(told), keys_projection, 201);
    answer.with("Cache-Control", "no-store").keep_plain();
    co_return answer;
}

task<reply_of_key> post_key(identity_desk desk, tenant_id tenant, agent_in_path agent,
                            commanding of, body<agent_command> sent) {
    return make_key(desk, std::move(tenant), agent, std::move(of), sent->expected_version,
                    &agent_service::issue);
}
task<reply_of_key> post_rotate(identity_desk desk, tenant_id tenant, agent_in_path agent,
                               commanding of, body<agent_command> sent) {
    return make_key(desk, std::move(tenant), agent, std::move(of), sent->expected_version,
                    &agent_service::rotate);
}

// ---- routes ----

void add_user_routes(typed::api& to, const identity_desk& of) {
    const auto with = [of](auto what) { return typed::bound(of, what); };
    const auto about = [](std::string summary) {
        return typed::about{.summary = std::move(summary), .tag = "users"};
    };
    to.post<"/v1/tenants/{tenant}/users">(with(post_user), about("Provision a user"))
        .get<"/v1/tenants/{tenant}/users/{user}">(with(get_user), about("A user"))
        .put<"/v1/tenants/{tenant}/users/{user}/profile">(with(put_profile),
                                                          about("Change a user's profile"))
        .put<"/v1/tenants/{tenant}/users/{user}/preferences">(
            with(put_preferences), about("Replace a user's preferences"));
}

void add_agent_routes(typed::api& to, const identity_desk& of) {
    const auto with = [of](auto what) { return typed::bound(of, what); };
    const auto about = [](std::string summary, std::vector<unsigned> problems = {}) {
        return typed::about{.summary = std::move(summary),
                            .tag = "agents",
                            .problems = std::move(problems)};
    };
    to.post<"/v1/tenants/{tenant}/agents">(with(post_agent), about("Register an agent"))
        .get<"/v1/tenants/{tenant}/agents/{agent}">(with(get_agent),
                                                    about("An agent, by its events"))
        .post<"/v1/tenants/{tenant}/agents/{agent}/suspend">(with(post_suspend),
                                                             about("Suspend an agent"))
        .post<"/v1/tenants/{tenant}/agents/{agent}/reactivate">(
            with(post_reactivate), about("Reactivate a suspended agent"))
        .post<"/v1/tenants/{tenant}/agents/{agent}/keys">(
            with(post_key), about("Issue a key, whose text is shown this once", {503}))
        .post<"/v1/tenants/{tenant}/agents/{agent}/keys/rotate">(
            with(post_rotate), about("Issue a key and revoke the oldest", {503}));
}

}  // namespace

void add_routes(typed::api& to, const identity_desk& of) {
    add_user_routes(to, of);
    add_agent_routes(to, of);
}

}  // namespace headroom::service::identity
