#include "service/tenancy/resolution_routes.hpp"

#include <boost/json.hpp>

#include "headroom/eventsourcing/exact_json.hpp"
#include "service/command_reply.hpp"
#include "service/tenancy/configuration_value.hpp"
#include "service/tenancy/projections.hpp"

namespace headroom::service::tenancy {
namespace json = boost::json;
namespace {

http::response answer(const json::object& of) { return http::response::json(json::serialize(of)); }

std::string checked(std::string name) {
    if (is_configuration_key(name)) return name;
    throw http::failed(http::problem{404, "There is no such key."});
}

std::string named(const http::request& of, std::string_view parameter) {
    return checked(of.parameter(parameter));
}

json::value source_of(const std::optional<resolved_value>& value) {
    return value ? json::value(to_string(value->source)) : json::value(nullptr);
}

task<std::optional<resolved_value>> find(configuration_desk desk, http::request& of,
                                         std::string key) {
    auto tenant = tenant_of(of);
    const auto at = co_await desk.models.caught_up(of, configuration_projection);
    auto found =
        co_await desk.values.get(std::move(tenant), checked(std::move(key)), at, of.until);
    if (!found) co_return std::nullopt;
    co_return std::move(found->is);
}

task<http::response> get_feature(configuration_desk desk, http::request& of) {
    const auto feature = named(of, "feature");
    const auto value = co_await find(desk, of, feature);
    const auto state = state_of_feature(feature, tenant_of(of).text(), value);
    json::object body{{"feature", feature}, {"enabled", state.on}, {"source", source_of(value)}};
    if (state.bucket) body["bucket"] = *state.bucket;
    co_return answer(body);
}

task<http::response> get_limit(configuration_desk desk, http::request& of) {
    const auto resource = named(of, "resource");
    const auto current = count_in(of, "current");
    const auto increment = count_in(of, "increment", 1);
    const auto limit = co_await find(desk, of, limit_key(resource));
    const auto room = required(require_room(resource, current, increment, limit));
    co_return answer({{"resource", resource},
                      {"limit", room.limit},
                      {"remaining", room.remaining},
                      {"source", source_of(limit)}});
}

task<std::optional<std::string>> own_text(configuration_desk desk, const http::request& of,
                                          std::string key, configuration::position at) {
    auto found = co_await desk.values.own(tenant_of(of), checked(std::move(key)), at, of.until);
    if (!found) co_return std::nullopt;
    co_return std::move(found->is.value);
}

task<http::response> get_policy(configuration_desk desk, http::request& of) {
    const auto type = named(of, "type");
    const auto bound_to = of.query_value("for");
    const auto at = co_await desk.models.caught_up(of, configuration_projection);
    std::optional<std::string> bound;
    if (bound_to) bound = co_await own_text(desk, of, policy_key(type, *bound_to), at);
    const auto of_tenant = co_await own_text(desk, of, policy_key(type), at);
    const auto found =
        required(resolve_policy(type, bound, of_tenant, desk.values.defaults()));
    co_return answer({{"type", type},
                      {"value", eventsourcing::parse_exactly(found.value)},
                      {"source", to_string(found.source)}});
}

}  // namespace

void add_resolution_routes(http::router& to, const configuration_desk& of) {
    const auto with = [of](auto what) {
        return [of, what](http::request& request) { return what(of, request); };
    };
    to.get("/v1/tenants/{tenant}/features/{feature}", with(get_feature));
    to.get("/v1/tenants/{tenant}/limits/{resource}", with(get_limit));
    to.get("/v1/tenants/{tenant}/policies/{type}", with(get_policy));
}

}  // namespace headroom::service::tenancy
