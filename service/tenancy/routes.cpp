#include "service/tenancy/routes.hpp"

#include <boost/json.hpp>

#include "headroom/eventsourcing/exact_json.hpp"
#include "service/command_reply.hpp"
#include "service/json_time.hpp"
#include "service/tenancy/configuration_value.hpp"
#include "service/tenancy/projections.hpp"

namespace headroom::service::tenancy {
namespace json = boost::json;
namespace {

constexpr std::chrono::milliseconds put_wait_ms_max{60'000};

std::string key_of(const http::request& of) {
    const auto& key = of.parameter("key");
    if (!is_configuration_key(key)) throw http::failed(http::problem{404, "There is no such key."});
    return key;
}

json::object to_json(const entry& of) {
    json::object made{{"key", of.is.key},
                      {"value", eventsourcing::parse_exactly(of.is.value)},
                      {"source", to_string(of.is.source)}};
    if (!of.updated_at) return made;
    made["updated_by"] = of.updated_by;
    made["updated_at"] = rfc3339(*of.updated_at);
    return made;
}

std::string checked_value(const http::request& of) {
    auto value = check_configuration_value(parsed_body(of));
    if (!value) throw http::failed(unprocessable("The value is not well-formed.", value.error()));
    return *std::move(value);
}

/// Recorded, but the read model did not show it in time.
http::response not_seen(http::problem why, const done& at) {
    why.detail = "The value is recorded, but the read model does not show it yet.";
    why.with("version", at.version);
    http::response answer(std::move(why));
    answer.with(position_header, std::to_string(at.position));
    return answer;
}

task<http::response> get_one(configuration_desk desk, http::request& of) {
    auto tenant = tenant_of(of);
    auto key = key_of(of);
    const auto at = co_await desk.models.caught_up(of, configuration_projection);
    auto found = co_await desk.values.get(std::move(tenant), std::move(key), at, of.until);
    if (!found) co_return http::problem{404, "The tenant has no such key."};
    co_return http::response::json(json::serialize(to_json(*found)));
}

task<http::response> put_one(configuration_desk desk, http::request& of) {
    auto tenant = tenant_of(of);
    const auto key = key_of(of);
    actor by = actor_of(of);
    configure command{key, checked_value(of), by.name};
    const auto at = required(
        co_await desk.commands.run(tenant, std::move(command), std::move(by), of.until));
    const auto until = wait_until(of, put_wait_ms_max);
    const auto started = deadline::clock::now();
    if (!co_await desk.models.reached(at.position, configuration_projection, until))
        co_return not_seen(co_await desk.models.behind(at.position, configuration_projection,
                                                       started, of.until), at);
    const auto stored =
        co_await desk.values.own(std::move(tenant), key, at.position, of.until);
    if (!stored) co_return http::problem{404, "The tenant has no such key."};
    auto answer = http::response::json(json::serialize(to_json(*stored)));
    answer.with(position_header, std::to_string(at.position));
    co_return answer;
}

task<http::response> get_page(configuration_desk desk, http::request& of) {
    auto tenant = tenant_of(of);
    const auto size = page_size(of, page_default, page_max);
    auto after = of.query_value("after").value_or("");
    const auto at = co_await desk.models.caught_up(of, configuration_projection);
    const auto found =
        co_await desk.values.list(std::move(tenant), std::move(after), size, at, of.until);
    json::array list;
    for (const auto& each : found.entries) list.push_back(to_json(each));
    json::object body{{"items", std::move(list)}};
    if (found.next) body["next"] = *found.next;
    co_return http::response::json(json::serialize(body));
}

}  // namespace

void add_routes(http::router& to, const configuration_desk& of) {
    to.get("/v1/tenants/{tenant}/configuration",
           [of](http::request& request) { return get_page(of, request); });
    to.get("/v1/tenants/{tenant}/configuration/{key}",
           [of](http::request& request) { return get_one(of, request); });
    to.put("/v1/tenants/{tenant}/configuration/{key}",
           [of](http::request& request) { return put_one(of, request); });
}

}  // namespace headroom::service::tenancy
