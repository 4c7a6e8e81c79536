#include "service/tenancy/routes.hpp"

#include "headroom/eventsourcing/exact_json.hpp"
#include "service/command_reply.hpp"
#include "service/tenancy/configuration_messages.hpp"
#include "service/tenancy/projections.hpp"

namespace headroom::service::tenancy {
namespace {

using persistence::tenant_id;
using typed::bounded;
using typed::or_else;
using typed::query;

constexpr std::chrono::milliseconds put_wait_ms_max{60'000};

entry_view view_of(const entry& of) {
    entry_view made{of.is.key, eventsourcing::parse_exactly(of.is.value), of.is.source};
    if (!of.updated_at) return made;
    made.updated_by = of.updated_by;
    made.updated_at = of.updated_at;
    return made;
}

/// Recorded, but the read model did not show it in time.
http::response not_seen(http::problem why, const done& at) {
    why.detail = "The value is recorded, but the read model does not show it yet.";
    why.with("version", at.version);
    http::response answer(std::move(why));
    answer.with(position_header, std::to_string(at.position));
    return answer;
}

task<std::expected<entry_view, http::problem>> get_one(configuration_desk desk, tenant_id tenant,
                                                       key_in_path<"key"> key, asking of) {
    const auto at = co_await desk.models.caught_up(of.of, configuration_projection);
    const auto found = co_await desk.values.get(std::move(tenant), key.is, at, of.of.until);
    if (!found) co_return std::unexpected(http::problem{404, "The tenant has no such key."});
    co_return view_of(*found);
}

task<typed::answer<entry_view, 200>> put_one(configuration_desk desk, tenant_id tenant,
                                             key_in_path<"key"> key, commanding of,
                                             typed::body<configuration_value> sent) {
    const auto due = of.of.until;
    configure command{key.is, std::move(sent->text), of.by.name};
    const auto at =
        required(co_await desk.commands.run(tenant, std::move(command), std::move(of.by), due));
    const auto until = wait_until(of.of, put_wait_ms_max);
    const auto started = deadline::clock::now();
    if (!co_await desk.models.reached(at.position, configuration_projection, until))
        co_return not_seen(
            co_await desk.models.behind(at.position, configuration_projection, started, due), at);
    const auto stored = co_await desk.values.own(std::move(tenant), key.is, at.position, due);
    if (!stored) co_return http::problem{404, "The tenant has no such key."};
    auto answer = typed::json_response(view_of(*stored));
    answer.with(position_header, std::to_string(at.position)).with("ETag", etag(at.version));
    co_return answer;
}

task<entry_page> get_page(
    configuration_desk desk, tenant_id tenant, asking of,
    query<"after", or_else<std::string, typed::fixed_text("")>> after,
    query<"limit", or_else<bounded<int, 1, page_max>, page_default>> limit) {
    const auto at = co_await desk.models.caught_up(of.of, configuration_projection);
    auto found = co_await desk.values.list(std::move(tenant), after.is.is, limit.is.is, at,
                                           of.of.until);
    entry_page made;
    for (const auto& each : found.entries) made.items.push_back(view_of(each));
    made.next = std::move(found.next);
    co_return made;
}

}  // namespace

void add_routes(typed::api& to, const configuration_desk& of) {
    const auto with = [of](auto what) { return typed::bound(of, what); };
    to.get<"/v1/tenants/{tenant}/configuration">(
          with(get_page), {.summary = "A tenant's values and defaults", .tag = "configuration"})
        .get<"/v1/tenants/{tenant}/configuration/{key}">(
            with(get_one),
            {.summary = "The tenant's own value, else the default", .tag = "configuration"})
        .put<"/v1/tenants/{tenant}/configuration/{key}">(
            with(put_one),
            {.summary = "Set a value", .tag = "configuration", .problems = {503}});
}

}  // namespace headroom::service::tenancy
