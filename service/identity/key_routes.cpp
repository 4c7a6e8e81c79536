#include <set>

#include "headroom/auth/authenticator.hpp"
#include "headroom/auth/request_principal.hpp"
#include "service/identity/changing.hpp"

namespace headroom::service::identity {
namespace {

using persistence::tenant_id;
using typed::body;
using typed::bounded;
using typed::or_else;
using typed::query;

using agent_in_path = id_in_path<"agent">;
using key_in_path = typed::path<"key">;
using reply_of_key = typed::answer<issued_key_view, 201, 202>;

constexpr int keys_page_default = 50;

// ---- the list ----

listed_key_view view_of(const listed_key& of, std::chrono::milliseconds lifetime) {
    std::optional<timestamp> expires_at;
    if (lifetime.count() > 0) expires_at = of.created_at + lifetime;
    return {.key_id = of.id,
            .status = standing_of(of, expires_at, auth::wall_now()),
            .scopes = of.scopes,
            .created_at = of.created_at,
            .expires_at = expires_at,
            .revoked_at = of.revoked_at,
            .last_used_at = of.last_used_at};
}

task<typed::answer<key_page, 200>> get_keys(
    identity_desk desk, tenant_id tenant, agent_in_path agent, asking of,
    query<"after", or_else<std::string, typed::fixed_text("")>> after,
    query<"limit", or_else<bounded<int, 1, keys_page_max>, keys_page_default>> limit) {
    const auto whose = co_await desk.agents.load(agent.is, of.of.until);
    if (!whose.state.exists || whose.state.tenant_id != tenant.text())
        co_return http::problem{404, "The tenant has no such agent."};
    co_await desk.models.caught_up(of.of, keys_projection);
    const int size = limit.is.is;
    const auto found =
        co_await desk.keys.page(std::move(tenant), agent.is, after.is.is, size, of.of.until);
    key_page page;
    for (const auto& each : found) page.items.push_back(view_of(each, desk.key_lifetime));
    if (found.size() == static_cast<std::size_t>(size)) page.next = found.back().id;
    co_return typed::json_response(page);
}

// ---- commands ----

template <class Command>
task<reply_of_key> make_key(identity_desk desk, tenant_id tenant, agent_in_path agent,
                            commanding of, Command command, version_seen seen) {
    if (!desk.issues_keys)
        co_return http::problem{503, "This service issues no keys: it was given no pepper."};
    auto by = agreed(std::move(of.by), seen);
    co_await tenancy::require_active(desk.tenants, tenant, of.of.until);
    command.tenant_id = tenant.text();
    const auto made = required(
        co_await desk.agents.make(agent.is, std::move(command), std::move(by), of.of.until));
    issued_key_view told{agent.is, made.key_id, std::string(made.text.reveal())};
    auto answer =
        co_await reply(desk.models, of.of, made.at, std::move(told), keys_projection, 201);
    answer.with("Cache-Control", "no-store").keep_plain();
    co_return answer;
}

task<reply_of_key> post_key(identity_desk desk, tenant_id tenant, agent_in_path agent,
                            commanding of, body<new_key> sent) {
    issue_key command;
    if (sent->scopes) {
        const std::set<key_scope> each(sent->scopes->begin(), sent->scopes->end());
        command.scopes.emplace();
        for (const auto one : each) command.scopes->emplace_back(to_string(one));
    }
    return make_key(desk, std::move(tenant), agent, std::move(of), std::move(command),
                    sent->expected_version);
}

// A key that is for some things alone replaces itself: another one may be for more.
task<reply_of_key> post_rotate(identity_desk desk, tenant_id tenant, agent_in_path agent,
                               commanding of, body<agent_command> sent) {
    rotate_key command;
    const auto* who = auth::find_principal(of.of);
    if (who != nullptr && who->restricted) command.replaced = who->key_id;
    return make_key(desk, std::move(tenant), agent, std::move(of), std::move(command),
                    sent->expected_version);
}

task<typed::answer<changed_agent, 200, 202>> post_revoke(identity_desk desk, tenant_id tenant,
                                                         agent_in_path agent, key_in_path key,
                                                         commanding of, body<agent_command> sent) {
    return change(desk, agents_of(desk), std::move(tenant), agent.is, std::move(of),
                  revoke_key{{}, key.is, {}}, sent->expected_version);
}

}  // namespace

void add_key_routes(typed::api& to, const identity_desk& of) {
    const auto with = [of](auto what) { return typed::bound(of, what); };
    const auto about = [](std::string summary, std::vector<unsigned> problems = {}) {
        return typed::about{.summary = std::move(summary),
                            .tag = "agents",
                            .problems = std::move(problems)};
    };
    to.get<"/v1/tenants/{tenant}/agents/{agent}/keys">(with(get_keys),
                                                       about("An agent's keys, newest first"))
        .post<"/v1/tenants/{tenant}/agents/{agent}/keys">(
            with(post_key), about("Issue a key, whose text is shown this once", {503}))
        .post<"/v1/tenants/{tenant}/agents/{agent}/keys/rotate">(
            with(post_rotate), about("Issue a key and revoke the oldest", {503}))
        .post<"/v1/tenants/{tenant}/agents/{agent}/keys/{key}/revoke">(with(post_revoke),
                                                                       about("Revoke a key"));
}

}  // namespace headroom::service::identity
