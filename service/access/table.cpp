#include "service/access/table.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "service/api_description.hpp"
#include "service/identity/key_scope.hpp"

namespace headroom::service::access {
namespace {

using enum caller;
using enum http::method;

constexpr callers open{anybody};
constexpr callers on_call{operations, platform};
constexpr callers of_platform{platform};
constexpr callers administrators{platform, admin};
constexpr callers whoever{platform, admin, member, agent};
constexpr callers oneself{platform, admin, self};

constexpr auto of_tenant = to_string(identity::key_scope::tenant_read);
constexpr auto of_configuration = to_string(identity::key_scope::configuration_read);
constexpr auto of_agent = to_string(identity::key_scope::agent_read);
constexpr auto rotation = to_string(identity::key_scope::keys_rotate);

constexpr rule rules[] = {
    {{get, "/livez"}, open},
    {{get, "/readyz"}, open},
    {{get, "/openapi.json"}, open},
    {{get, "/docs"}, open},
    {{get, "/docs/page.js"}, open},
    {{get, "/docs/page.css"}, open},
    {{get, "/healthz"}, on_call},
    {{get, "/metrics"}, on_call},
    {{get, "/budget"}, on_call},
    {{get, "/inflight"}, on_call},

    {{get, "/auth/login"}, open},
    {{get, "/auth/callback"}, open},
    {{post, "/auth/logout"}, open},
    {{get, "/auth/session"}, whoever, any_key},

    {{get, "/v1/me"}, whoever, any_key},

    {{post, "/v1/tenants"}, of_platform},
    {{get, "/v1/tenants"}, of_platform},
    {{get, "/v1/tenants/{tenant}"}, whoever, of_tenant},
    {{post, "/v1/tenants/{tenant}/activate"}, of_platform},
    {{post, "/v1/tenants/{tenant}/suspend"}, of_platform},
    {{post, "/v1/tenants/{tenant}/reactivate"}, of_platform},
    {{post, "/v1/tenants/{tenant}/decommission"}, of_platform},
    {{patch, "/v1/tenants/{tenant}/metadata"}, administrators},

    {{get, "/v1/tenants/{tenant}/configuration"}, whoever, of_configuration},
    {{get, "/v1/tenants/{tenant}/configuration/{key}"}, whoever, of_configuration},
    {{put, "/v1/tenants/{tenant}/configuration/{key}"}, administrators},
    {{get, "/v1/tenants/{tenant}/features/{feature}"}, whoever, of_configuration},
    {{get, "/v1/tenants/{tenant}/limits/{resource}"}, whoever, of_configuration},
    {{get, "/v1/tenants/{tenant}/policies/{type}"}, whoever, of_configuration},

    // A subject has one tenant for good, by its own token or on the platform's word: an admin could
    // name another tenant's people, who would be refused there then.
    {{post, "/v1/tenants/{tenant}/users"}, of_platform},
    {{get, "/v1/tenants/{tenant}/users/{user}"}, oneself},
    {{put, "/v1/tenants/{tenant}/users/{user}/profile"}, oneself},
    {{put, "/v1/tenants/{tenant}/users/{user}/preferences"}, oneself},

    {{post, "/v1/tenants/{tenant}/agents"}, administrators},
    {{get, "/v1/tenants/{tenant}/agents/{agent}"}, oneself, of_agent},
    {{post, "/v1/tenants/{tenant}/agents/{agent}/suspend"}, administrators},
    {{post, "/v1/tenants/{tenant}/agents/{agent}/reactivate"}, administrators},
    {{get, "/v1/tenants/{tenant}/agents/{agent}/keys"}, oneself, of_agent},
    {{post, "/v1/tenants/{tenant}/agents/{agent}/keys"}, administrators},
    {{post, "/v1/tenants/{tenant}/agents/{agent}/keys/rotate"}, oneself, rotation},
    {{post, "/v1/tenants/{tenant}/agents/{agent}/keys/{key}/revoke"}, administrators},
};

struct described_caller {
    caller is;
    const char *name, *text, *text_in_tenant;
};
constexpr described_caller described_callers[] = {
    {operations, "operations", "whoever asks on the server's own machine", nullptr},
    {platform, "platform", "an administrator of the platform", nullptr},
    {admin, "admin", "an administrator of a tenant", "an administrator of the tenant"},
    {member, "member", "a user of a tenant", "a user of the tenant"},
    {agent, "agent", "an agent of a tenant", "an agent of the tenant"},
    {self, "self", "whom the path names", nullptr},
};

/// One of these roles is needed; none: who is let in is so by what it is.
std::vector<const char*> roles_for(callers may) {
    if (may.meets({member, agent, self})) return {};
    std::vector<const char*> made;
    if (may.has(platform)) made.push_back(platform_role);
    if (may.has(admin)) made.push_back(admin_role);
    return made;
}

/// "For an administrator of the platform, an administrator of the tenant or whom the path names."
std::string sentence_of(callers may, bool in_tenant) {
    std::vector<std::string_view> all;
    for (const auto& each : described_callers)
        if (may.has(each.is))
            all.emplace_back(in_tenant && each.text_in_tenant ? each.text_in_tenant : each.text);
    if (all.empty()) return "";
    const auto last = all.back();
    all.pop_back();
    if (all.empty()) return fmt::format("For {}.", last);
    return fmt::format("For {} or {}.", fmt::join(all, ", "), last);
}

}  // namespace

std::span<const rule> table() noexcept { return rules; }

const rule* find_rule(http::method verb, std::string_view path_template) noexcept {
    const http::route_name wanted{verb == head ? get : verb, path_template};
    const auto* found = std::ranges::find(rules, wanted, &rule::route);
    return found == std::end(rules) ? nullptr : found;
}

http::openapi::audience audience_of(const http::route_name& route) {
    const auto* found = find_rule(route.verb, route.path_template);
    if (found != nullptr && found->may.has(anybody)) return {};
    http::openapi::audience made;
    const auto may = found == nullptr ? callers{} : found->may;
    const auto roles = roles_for(may);
    for (const auto* scheme : {token_scheme, key_scheme}) {
        for (const auto* role : roles) made.ways.push_back({scheme, {role}});
        if (roles.empty()) made.ways.push_back({scheme});
    }
    // A key that has scopes needs this one.
    if (found != nullptr && !found->scope.empty() && found->scope != any_key)
        for (auto& way : made.ways)
            if (way.scheme == key_scheme) way.scopes.emplace_back(found->scope);
    for (const auto& each : described_callers)
        if (may.has(each.is)) made.callers.emplace_back(each.name);
    made.text = sentence_of(may, route.path_template.contains("{tenant}"));
    return made;
}

std::vector<std::string> open_routes() {
    std::vector<std::string> made;
    for (const auto& each : rules)
        if (each.may.has(anybody)) made.emplace_back(each.route.path_template);
    return made;
}

std::vector<std::string> missing_rules(const http::router& of) {
    std::vector<std::string> made;
    for (const auto& each : of.served())
        if (find_rule(each.verb, each.path_template) == nullptr)
            made.push_back("no rule says who may call " + std::string(http::to_string(each.verb)) +
                           " " + std::string(each.path_template));
    return made;
}

}  // namespace headroom::service::access
