#include "service/tenancy/routes.hpp"

#include <boost/json.hpp>
#include <charconv>

#include "service/json_time.hpp"
#include "service/tenancy/configuration_value.hpp"

namespace headroom::service::tenancy {
namespace json = boost::json;
namespace {

constexpr std::size_t json_depth_max = 16;

// Who changed a value, until somebody can sign in.
constexpr const char* anonymous = "anonymous";

persistence::tenant_id tenant_of(const http::request& of) {
    auto tenant = persistence::tenant_id::parse(of.parameter("tenant"));
    if (!tenant) throw http::failed(http::problem{404, "There is no such tenant."});
    return *std::move(tenant);
}

std::string key_of(const http::request& of) {
    const auto& key = of.parameter("key");
    if (!is_configuration_key(key)) throw http::failed(http::problem{404, "There is no such key."});
    return key;
}

json::object to_json(const entry& of) {
    return {{"key", of.key},
            {"value", json::parse(of.value)},
            {"updated_by", of.updated_by},
            {"updated_at", rfc3339(of.updated_at)}};
}

http::problem unprocessable(const std::vector<value_fault>& faults) {
    json::array list;
    for (const auto& each : faults)
        list.push_back(json::object{{"pointer", "#" + each.pointer}, {"detail", each.text}});
    http::problem answer{422, "The value is not well-formed."};
    answer.with_json("errors", json::serialize(list));
    return answer;
}

std::string checked_value(const http::request& of) {
    json::error_code broken;
    json::parse_options strict;
    strict.max_depth = json_depth_max;
    const auto candidate = json::parse(of.body, broken, {}, strict);
    if (broken) throw http::failed(http::problem{400, "The body is not JSON."});
    auto value = check_configuration_value(candidate);
    if (!value) throw http::failed(unprocessable(value.error()));
    return *std::move(value);
}

int size_of_page(const http::request& of) {
    const auto text = of.query_value("limit");
    if (!text) return page_default;
    int size = 0;
    const auto [end, failed] = std::from_chars(text->data(), text->data() + text->size(), size);
    if (failed != std::errc{} || end != text->data() + text->size() || size < 1 || size > page_max)
        throw http::failed(http::problem{400, "limit must be a number from 1 to 500."});
    return size;
}

task<http::response> get_one(configuration& values, http::request& of) {
    auto found = co_await values.get(tenant_of(of), key_of(of), of.until);
    if (!found) co_return http::problem{404, "The tenant has no such key."};
    co_return http::response::json(json::serialize(to_json(*found)));
}

task<http::response> put_one(configuration& values, http::request& of) {
    auto tenant = tenant_of(of);
    auto key = key_of(of);
    const auto stored = co_await values.set(std::move(tenant), std::move(key), checked_value(of),
                                            anonymous, of.until);
    co_return http::response::json(json::serialize(to_json(stored)));
}

task<http::response> get_page(configuration& values, http::request& of) {
    auto after = of.query_value("after").value_or("");
    const auto found =
        co_await values.list(tenant_of(of), std::move(after), size_of_page(of), of.until);
    json::array list;
    for (const auto& each : found.entries) list.push_back(to_json(each));
    json::object body{{"items", std::move(list)}};
    if (found.next) body["next"] = *found.next;
    co_return http::response::json(json::serialize(body));
}

}  // namespace

void add_routes(http::router& to, configuration& values) {
    to.get("/v1/tenants/{tenant}/configuration",
           [&values](http::request& of) { return get_page(values, of); });
    to.get("/v1/tenants/{tenant}/configuration/{key}",
           [&values](http::request& of) { return get_one(values, of); });
    to.put("/v1/tenants/{tenant}/configuration/{key}",
           [&values](http::request& of) { return put_one(values, of); });
}

}  // namespace headroom::service::tenancy
