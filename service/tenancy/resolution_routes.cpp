#include "service/tenancy/resolution_routes.hpp"

#include "headroom/eventsourcing/exact_json.hpp"
#include "service/command_reply.hpp"
#include "service/tenancy/configuration_messages.hpp"
#include "service/tenancy/projections.hpp"

namespace headroom::service::tenancy {
namespace {

using persistence::tenant_id;
using typed::query;

using a_count = typed::bounded<std::int64_t, 0, std::numeric_limits<std::int64_t>::max()>;

std::string checked(std::string name) {
    if (is_configuration_key(name)) return name;
    throw http::failed(http::problem{404, "There is no such key."});
}

typed::nullable<value_source> source_of(const std::optional<resolved_value>& value) {
    if (!value) return std::nullopt;
    return value->source;
}

task<std::optional<resolved_value>> find(configuration_desk desk, tenant_id tenant, asking of,
                                         std::string key) {
    const auto at = co_await desk.models.caught_up(of.of, configuration_projection);
    auto found = co_await desk.values.get(std::move(tenant), checked(std::move(key)), at,
                                          of.of.until);
    if (!found) co_return std::nullopt;
    co_return std::move(found->is);
}

task<feature_view> get_feature(configuration_desk desk, tenant_id tenant,
                               key_in_path<"feature"> feature, asking of) {
    const auto value = co_await find(desk, tenant, of, feature.is);
    const auto state = state_of_feature(feature.is, tenant.text(), value);
    co_return feature_view{feature.is, state.on, source_of(value), state.bucket};
}

task<limit_view> get_limit(configuration_desk desk, tenant_id tenant,
                           key_in_path<"resource"> resource, asking of,
                           query<"current", a_count> current,
                           query<"increment", typed::or_else<a_count, 1>> increment) {
    const auto limit = co_await find(desk, std::move(tenant), of, limit_key(resource.is));
    const auto room =
        required(require_room(resource.is, current.is.is, increment.is.is.is, limit));
    co_return limit_view{resource.is, room.limit, room.remaining, source_of(limit)};
}

task<std::optional<std::string>> own_text(configuration_desk desk, tenant_id tenant,
                                          std::string key, configuration::position at,
                                          deadline until) {
    auto found = co_await desk.values.own(std::move(tenant), checked(std::move(key)), at, until);
    if (!found) co_return std::nullopt;
    co_return std::move(found->is.value);
}

task<policy_view> get_policy(configuration_desk desk, tenant_id tenant, key_in_path<"type"> type,
                             asking of, query<"for", std::optional<std::string>> bound_to) {
    const auto until = of.of.until;
    const auto at = co_await desk.models.caught_up(of.of, configuration_projection);
    std::optional<std::string> bound;
    if (bound_to.is)
        bound = co_await own_text(desk, tenant, policy_key(type.is, *bound_to.is), at, until);
    const auto of_tenant = co_await own_text(desk, tenant, policy_key(type.is), at, until);
    const auto found = required(resolve_policy(type.is, bound, of_tenant, desk.values.defaults()));
    co_return policy_view{type.is, eventsourcing::parse_exactly(found.value), found.source};
}

}  // namespace

void add_resolution_routes(typed::api& to, const configuration_desk& of) {
    const auto with = [of](auto what) { return typed::bound(of, what); };
    to.get<"/v1/tenants/{tenant}/features/{feature}">(
          with(get_feature), {.summary = "Whether a feature is on", .tag = "configuration"})
        .get<"/v1/tenants/{tenant}/limits/{resource}">(
            with(get_limit), {.summary = "What room a limit leaves",
                              .tag = "configuration",
                              .problems = {429}})
        .get<"/v1/tenants/{tenant}/policies/{type}">(
            with(get_policy),
            {.summary = "The policy that holds", .tag = "configuration", .problems = {422}});
}

}  // namespace headroom::service::tenancy
