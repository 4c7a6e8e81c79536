#include "service/identity/routes.hpp"

#include <fmt/format.h>

#include <boost/json.hpp>

#include "headroom/eventsourcing/exact_json.hpp"
#include "service/command_reply.hpp"
#include "service/identity/projections.hpp"
#include "service/json_time.hpp"
#include "service/tenancy/tenant_routes.hpp"

namespace headroom::service::identity {
namespace json = boost::json;
namespace {

using persistence::tenant_id;

json::object to_json(const profile& of) {
    return {{"user_id", eventsourcing::to_string(of.user_id)},
            {"version", of.version},
            {"tenant_id", of.tenant_id},
            {"issuer", of.issuer},
            {"subject", of.oidc_sub},
            {"email", of.email ? json::value(*of.email) : json::value(nullptr)},
            {"display_name", of.display_name},
            {"preferences", eventsourcing::parse_exactly(of.preferences)},
            {"created_at", rfc3339(of.created_at)},
            {"updated_at", rfc3339(of.updated_at)}};
}

/// The path's tenant, which has to be active.
task<tenant_id> active_tenant(identity_desk desk, http::request& of) {
    auto tenant = tenant_of(of);
    co_await tenancy::require_active(desk.tenants, tenant, of.until);
    co_return tenant;
}

/// What a command on a user or an agent is addressed to, and shows in.
template <class Service>
struct addressee {
    const char* what;  ///< the path's parameter
    const Service& commands;
    const char* projection;
};

/// A command on the path's user or agent; `read` makes it of the body.
template <class Service, class Read>
task<http::response> change(identity_desk desk, http::request& of, addressee<Service> to,
                            Read read) {
    const auto id = id_of(of, to.what);
    json_body body(of);
    auto by = actor_of(of, body);
    auto command = read(body);
    body.done();
    command.tenant_id = (co_await active_tenant(desk, of)).text();
    const auto at =
        required(co_await to.commands.run(id, std::move(command), std::move(by), of.until));
    json::object subject{{fmt::format("{}_id", to.what), eventsourcing::to_string(id)}};
    co_return co_await reply(desk.models, of, at, std::move(subject), to.projection);
}

// ---- users ----

template <class Read>
task<http::response> change_user(identity_desk desk, http::request& of, Read read) {
    return change(desk, of, addressee<user_service>{"user", desk.users, profiles_projection}, read);
}

task<http::response> post_user(identity_desk desk, http::request& of) {
    json_body body(of);
    provision_user command;
    command.issuer = body.text("issuer");
    command.oidc_sub = body.text("subject");
    command.email = body.optional_text("email");
    command.name = body.optional_text("name");
    auto by = actor_of(of, body);
    body.done();
    command.tenant_id = (co_await active_tenant(desk, of)).text();
    const auto path = "/v1/tenants/" + command.tenant_id + "/users/";
    const auto made =
        required(co_await desk.users.run(std::move(command), std::move(by), of.until));
    const auto id = eventsourcing::to_string(made.id);
    auto answer = co_await reply(desk.models, of, made.at, {{"user_id", id}}, profiles_projection,
                                 made.at.changed() ? 201 : 200);
    answer.with("Location", path + id);
    co_return answer;
}

task<http::response> get_user(identity_desk desk, http::request& of) {
    auto tenant = tenant_of(of);
    const auto user = id_of(of, "user");
    co_await desk.models.caught_up(of, profiles_projection);
    const auto found = co_await desk.queries.find(std::move(tenant), user, of.until);
    if (!found) co_return http::problem{404, "The tenant has no such user."};
    co_return shown(to_json(*found));
}

task<http::response> put_profile(identity_desk desk, http::request& of) {
    return change_user(desk, of, [](json_body& body) {
        return update_profile{{}, body.text("display_name")};
    });
}
task<http::response> put_preferences(identity_desk desk, http::request& of) {
    return change_user(desk, of, [](json_body& body) {
        return update_preferences{{}, json_text{body.object("preferences")}};
    });
}

// ---- agents ----

template <class Read>
task<http::response> change_agent(identity_desk desk, http::request& of, Read read) {
    return change(desk, of, addressee<agent_service>{"agent", desk.agents, keys_projection}, read);
}

task<http::response> post_agent(identity_desk desk, http::request& of) {
    json_body body(of);
    register_agent command{{}, body.text("agent_type"), body.text("display_name")};
    auto by = actor_of(of, body);
    body.done();
    command.tenant_id = (co_await active_tenant(desk, of)).text();
    const auto path = "/v1/tenants/" + command.tenant_id + "/agents/";
    const auto made =
        required(co_await desk.agents.run(std::move(command), std::move(by), of.until));
    const auto id = eventsourcing::to_string(made.id);
    auto answer =
        co_await reply(desk.models, of, made.at, {{"agent_id", id}}, keys_projection, 201);
    answer.with("Location", path + id);
    co_return answer;
}

json::object to_json(const eventsourcing::stream_id& id, const agent& of,
                     eventsourcing::stream_version version) {
    json::array keys;
    for (const auto& each : of.keys)
        keys.push_back(json::object{{"key_id", each.id},
                                    {"status", each.active ? "active" : "revoked"}});
    return {{"agent_id", eventsourcing::to_string(id)},
            {"version", version},
            {"tenant_id", of.tenant_id},
            {"agent_type", of.type_id},
            {"display_name", of.display_name},
            {"status", of.active ? "active" : "suspended"},
            {"keys", std::move(keys)}};
}

task<http::response> get_agent(identity_desk desk, http::request& of) {
    const auto tenant = tenant_of(of);
    const auto id = id_of(of, "agent");
    const auto found = co_await desk.agents.load(id, of.until);
    if (!found.state.exists || found.state.tenant_id != tenant.text())
        co_return http::problem{404, "The tenant has no such agent."};
    co_return shown(to_json(id, found.state, found.version));
}

task<http::response> post_suspend(identity_desk desk, http::request& of) {
    return change_agent(desk, of,
                        [](json_body& body) { return suspend_agent{{}, body.text("reason")}; });
}
task<http::response> post_reactivate(identity_desk desk, http::request& of) {
    return change_agent(desk, of, [](json_body&) { return reactivate_agent{}; });
}

// ---- keys ----

using key_command = task<outcome<issued_key>> (agent_service::*)(eventsourcing::stream_id,
                                                                 std::string, actor,
                                                                 deadline) const;

task<http::response> make_key(identity_desk desk, http::request& of, key_command how) {
    if (!desk.issues_keys)
        co_return http::problem{503, "This service issues no keys: it was given no pepper."};
    const auto agent = id_of(of, "agent");
    json_body body(of);
    auto by = actor_of(of, body);
    body.done();
    const auto tenant = co_await active_tenant(desk, of);
    const auto made = required(
        co_await (desk.agents.*how)(agent, tenant.text(), std::move(by), of.until));
    auto answer = co_await reply(desk.models, of, made.at,
                                 {{"agent_id", eventsourcing::to_string(agent)},
                                  {"key_id", made.key_id},
                                  {"key", std::string(made.text.reveal())}},
                                 keys_projection, 201);
    answer.with("Cache-Control", "no-store").keep_plain();
    co_return answer;
}

task<http::response> post_key(identity_desk desk, http::request& of) {
    return make_key(desk, of, &agent_service::issue);
}
task<http::response> post_rotate(identity_desk desk, http::request& of) {
    return make_key(desk, of, &agent_service::rotate);
}

}  // namespace

void add_routes(http::router& to, const identity_desk& of) {
    const auto with = [of](auto what) {
        return [of, what](http::request& request) { return what(of, request); };
    };
    to.post("/v1/tenants/{tenant}/users", with(post_user));
    to.get("/v1/tenants/{tenant}/users/{user}", with(get_user));
    to.put("/v1/tenants/{tenant}/users/{user}/profile", with(put_profile));
    to.put("/v1/tenants/{tenant}/users/{user}/preferences", with(put_preferences));
    to.post("/v1/tenants/{tenant}/agents", with(post_agent));
    to.get("/v1/tenants/{tenant}/agents/{agent}", with(get_agent));
    to.post("/v1/tenants/{tenant}/agents/{agent}/suspend", with(post_suspend));
    to.post("/v1/tenants/{tenant}/agents/{agent}/reactivate", with(post_reactivate));
    to.post("/v1/tenants/{tenant}/agents/{agent}/keys", with(post_key));
    to.post("/v1/tenants/{tenant}/agents/{agent}/keys/rotate", with(post_rotate));
}

}  // namespace headroom::service::identity
