#include "service/tenancy/tenant_routes.hpp"

#include <boost/json.hpp>

#include "headroom/eventsourcing/exact_json.hpp"
#include "service/command_reply.hpp"
#include "service/storable_json.hpp"
#include "service/tenancy/projections.hpp"
#include "service/tenancy/tenant_messages.hpp"

namespace headroom::service::tenancy {
namespace {

using persistence::tenant_id;
using typed::body;
using typed::bounded;
using typed::or_else;
using typed::query;

constexpr int tenants_page_default = 50;

tenant_view view_of(const tenant_row& of) {
    return {.id = of.id,
            .version = of.version,
            .slug = of.slug,
            .name = of.name,
            .status = parse_status(of.status).value_or(status::none),
            .metadata = eventsourcing::parse_exactly(of.metadata),
            .created_at = of.created_at,
            .activated_at = of.activated_at,
            .suspended_at = of.suspended_at,
            .decommissioned_at = of.decommissioned_at};
}

json_text text_of(const boost::json::object& members) {
    return json_text{required(storable_json("metadata", members))};
}

using reply_to_command = typed::answer<changed_tenant, 200, 202>;
using reply_of_new = located<typed::answer<changed_tenant, 201, 202>>;

task<reply_of_new> post_tenant(tenant_desk desk, commanding of, body<new_tenant> sent) {
    provision command{sent->slug, sent->name, {}};
    if (sent->metadata) command.metadata = text_of(*sent->metadata);
    const auto slug = command.slug;
    const auto at = required(co_await desk.commands.run(
        std::move(command), agreed(of.by, sent->expected_version), of.of.until));
    auto answer = co_await reply(desk.models, of.of, at, changed_tenant{slug}, tenants_projection,
                                 201);
    answer.with("Location", "/v1/tenants/" + slug);
    co_return answer;
}

task<versioned<tenant_view>> get_tenant(tenant_desk desk, tenant_id tenant, asking of) {
    co_await desk.models.caught_up(of.of, tenants_projection);
    const auto found = co_await desk.queries.find(tenant.text(), of.of.until);
    if (!found) co_return http::problem{404, "There is no such tenant."};
    co_return shown(view_of(*found));
}

task<tenant_page> get_tenants(
    tenant_desk desk, asking of, query<"status", std::optional<status>> which,
    query<"after", or_else<std::string, typed::fixed_text("")>> after,
    query<"limit", or_else<bounded<int, 1, tenants_page_max>, tenants_page_default>> limit) {
    co_await desk.models.caught_up(of.of, tenants_projection);
    const int size = limit.is.is;
    const auto found = co_await desk.queries.list(which.is, after.is.is, size, of.of.until);
    tenant_page page;
    for (const auto& each : found) page.items.push_back(view_of(each));
    if (found.size() == static_cast<std::size_t>(size)) page.next = found.back().slug;
    co_return page;
}

/// A command on the path's tenant.
template <class Command>
task<reply_to_command> change(tenant_desk desk, tenant_id tenant, commanding of, Command command,
                              version_seen seen) {
    const auto at = required(co_await desk.commands.run(tenant, std::move(command),
                                                        agreed(of.by, seen), of.of.until));
    co_return co_await reply(desk.models, of.of, at, changed_tenant{tenant.text()},
                             tenants_projection);
}

task<reply_to_command> post_activate(tenant_desk desk, tenant_id tenant, commanding of,
                                     body<tenant_transition> sent) {
    co_return co_await change(desk, std::move(tenant), of, activate{of.by.name},
                              sent->expected_version);
}
task<reply_to_command> post_suspend(tenant_desk desk, tenant_id tenant, commanding of,
                                    body<suspension> sent) {
    co_return co_await change(desk, std::move(tenant), of,
                              suspend{sent->reason, sent->category.is, of.by.name},
                              sent->expected_version);
}
task<reply_to_command> post_reactivate(tenant_desk desk, tenant_id tenant, commanding of,
                                       body<tenant_transition> sent) {
    co_return co_await change(desk, std::move(tenant), of, reactivate{of.by.name},
                              sent->expected_version);
}
task<reply_to_command> post_decommission(tenant_desk desk, tenant_id tenant, commanding of,
                                         body<decommissioning> sent) {
    co_return co_await change(desk, std::move(tenant), of,
                              decommission{sent->reason, of.by.name}, sent->expected_version);
}
task<reply_to_command> patch_metadata(tenant_desk desk, tenant_id tenant, commanding of,
                                      body<tenant_metadata> sent) {
    auto text = text_of(sent->metadata);
    co_return co_await change(desk, std::move(tenant), of, describe{std::move(text), of.by.name},
                              sent->expected_version);
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

void add_routes(typed::api& to, const tenant_desk& of) {
    const auto with = [of](auto what) { return typed::bound(of, what); };
    const auto about = [](std::string summary) {
        return typed::about{.summary = std::move(summary), .tag = "tenants"};
    };
    to.post<"/v1/tenants">(with(post_tenant), about("Provision a tenant"))
        .get<"/v1/tenants">(with(get_tenants), about("Tenants, newest first"))
        .get<"/v1/tenants/{tenant}">(with(get_tenant), about("A tenant"))
        .post<"/v1/tenants/{tenant}/activate">(with(post_activate), about("Activate a tenant"))
        .post<"/v1/tenants/{tenant}/suspend">(with(post_suspend), about("Suspend a tenant"))
        .post<"/v1/tenants/{tenant}/reactivate">(with(post_reactivate),
                                                 about("Reactivate a suspended tenant"))
        .post<"/v1/tenants/{tenant}/decommission">(with(post_decommission),
                                                   about("Decommission a tenant, for good"))
        .patch<"/v1/tenants/{tenant}/metadata">(with(patch_metadata),
                                                about("Merge into a tenant's metadata"));
}

}  // namespace headroom::service::tenancy
