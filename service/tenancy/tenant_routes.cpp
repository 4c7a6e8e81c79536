#include "service/tenancy/tenant_routes.hpp"

#include <boost/json.hpp>

#include "headroom/eventsourcing/exact_json.hpp"
#include "service/command_reply.hpp"
#include "service/json_time.hpp"
#include "service/tenancy/projections.hpp"

namespace headroom::service::tenancy {
namespace json = boost::json;
namespace {

constexpr int tenants_page_default = 50;

json::value to_json(const std::optional<persistence::timestamp>& at) {
    return at ? json::value(rfc3339(*at)) : json::value(nullptr);
}

json::object to_json(const tenant_row& of) {
    return {{"id", eventsourcing::to_string(of.id)},
            {"version", of.version},
            {"slug", of.slug},
            {"name", of.name},
            {"status", of.status},
            {"metadata", eventsourcing::parse_exactly(of.metadata)},
            {"created_at", rfc3339(of.created_at)},
            {"activated_at", to_json(of.activated_at)},
            {"suspended_at", to_json(of.suspended_at)},
            {"decommissioned_at", to_json(of.decommissioned_at)}};
}

json::object subject(const persistence::tenant_id& tenant) { return {{"slug", tenant.text()}}; }

std::optional<status> status_wanted(const http::request& of) {
    const auto text = of.query_value("status");
    if (!text) return std::nullopt;
    const auto found = parse_status(*text);
    if (!found)
        throw http::failed(http::problem{
            400, "status must be PROVISIONING, ACTIVE, SUSPENDED or DECOMMISSIONED."});
    return found;
}

task<http::response> post_tenant(tenant_desk desk, http::request& of) {
    json_body body(of);
    provision command{body.text("slug"), body.text("name"), {}};
    if (auto metadata = body.optional_object("metadata"))
        command.metadata = json_text{*std::move(metadata)};
    auto by = actor_of(of, body);
    body.done();
    const auto slug = command.slug;
    const auto at =
        required(co_await desk.commands.run(std::move(command), std::move(by), of.until));
    auto answer = co_await reply(desk.models, of, at, {{"slug", slug}}, tenants_projection, 201);
    answer.with("Location", "/v1/tenants/" + slug);
    co_return answer;
}

task<http::response> get_tenant(tenant_desk desk, http::request& of) {
    const auto tenant = tenant_of(of);
    co_await desk.models.caught_up(of, tenants_projection);
    const auto found = co_await desk.queries.find(tenant.text(), of.until);
    if (!found) co_return http::problem{404, "There is no such tenant."};
    co_return shown(to_json(*found));
}

task<http::response> get_tenants(tenant_desk desk, http::request& of) {
    const auto which = status_wanted(of);
    const auto size = page_size(of, tenants_page_default, tenants_page_max);
    co_await desk.models.caught_up(of, tenants_projection);
    const auto found = co_await desk.queries.list(which, of.query_value("after").value_or(""), size,
                                                  of.until);
    json::array list;
    for (const auto& each : found) list.push_back(to_json(each));
    json::object body{{"items", std::move(list)}};
    if (found.size() == static_cast<std::size_t>(size)) body["next"] = found.back().slug;
    co_return http::response::json(json::serialize(body));
}

/// A command on the path's tenant; `read` makes it of the body and of who asks.
template <class Read>
task<http::response> change(tenant_desk desk, http::request& of, Read read) {
    auto tenant = tenant_of(of);
    json_body body(of);
    auto by = actor_of(of, body);
    auto command = read(body, by.name);
    body.done();
    const auto at = required(
        co_await desk.commands.run(tenant, std::move(command), std::move(by), of.until));
    co_return co_await reply(desk.models, of, at, subject(tenant), tenants_projection);
}

task<http::response> post_activate(tenant_desk desk, http::request& of) {
    return change(desk, of, [](json_body&, const std::string& by) { return activate{by}; });
}
task<http::response> post_suspend(tenant_desk desk, http::request& of) {
    return change(desk, of, [](json_body& body, const std::string& by) {
        auto reason = body.text("reason");
        return suspend{std::move(reason), body.optional_text("category").value_or("admin_action"),
                       by};
    });
}
task<http::response> post_reactivate(tenant_desk desk, http::request& of) {
    return change(desk, of, [](json_body&, const std::string& by) { return reactivate{by}; });
}
task<http::response> post_decommission(tenant_desk desk, http::request& of) {
    return change(desk, of, [](json_body& body, const std::string& by) {
        return decommission{body.text("reason"), by};
    });
}
task<http::response> patch_metadata(tenant_desk desk, http::request& of) {
    return change(desk, of, [](json_body& body, const std::string& by) {
        return describe{json_text{body.object("metadata")}, by};
    });
}

}  // namespace

task<void> require_active(const tenant_service& tenants, const persistence::tenant_id& which,
                          deadline until) {
    const auto found = co_await tenants.load(which, until);
    if (found.version == 0) throw http::failed(http::problem{404, "There is no such tenant."});
    if (found.state.is == status::active) co_return;
    http::problem refused{403, "The tenant is not active.", "/errors/tenant-suspended"};
    refused.with("error_code", "TENANT_SUSPENDED").with("tenant_status", to_string(found.state.is));
    throw http::failed(std::move(refused));
}

void add_routes(http::router& to, const tenant_desk& of) {
    const auto with = [of](auto what) {
        return [of, what](http::request& request) { return what(of, request); };
    };
    to.post("/v1/tenants", with(post_tenant));
    to.get("/v1/tenants", with(get_tenants));
    to.get("/v1/tenants/{tenant}", with(get_tenant));
    to.post("/v1/tenants/{tenant}/activate", with(post_activate));
    to.post("/v1/tenants/{tenant}/suspend", with(post_suspend));
    to.post("/v1/tenants/{tenant}/reactivate", with(post_reactivate));
    to.post("/v1/tenants/{tenant}/decommission", with(post_decommission));
    to.patch("/v1/tenants/{tenant}/metadata", with(patch_metadata));
}

}  // namespace headroom::service::tenancy
