#include "service/access/table.hpp"

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

}  // namespace

std::span<const rule> table() noexcept { return rules; }

const rule* find_rule(http::method verb, std::string_view path_template) noexcept {
    const http::route_name wanted{verb == head ? get : verb, path_template};
    const auto* found = std::ranges::find(rules, wanted, &rule::route);
    return found == std::end(rules) ? nullptr : found;
}

std::vector<http::openapi::requirement> ways_into(const http::route_name& route) {
    const auto* found = find_rule(route.verb, route.path_template);
    if (found != nullptr && found->may.has(anybody)) return {};
    http::openapi::requirement key{key_scheme};
    if (found != nullptr && !found->scope.empty() && found->scope != any_key)
        key.scopes.emplace_back(found->scope);
    return {{token_scheme}, std::move(key)};
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
