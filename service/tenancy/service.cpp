#include "service/tenancy/service.hpp"

#include "headroom/eventsourcing/name_uuid.hpp"
#include "service/short_text.hpp"
#include "service/value_check.hpp"

namespace headroom::service::tenancy {
namespace {

using persistence::tenant_id;

std::unexpected<domain_error> failed(domain_error why) { return std::unexpected(std::move(why)); }

}  // namespace

eventsourcing::stream_id stream_of(const tenant_id& tenant) {
    static const auto space =
        eventsourcing::name_uuid(eventsourcing::dns_namespace, "tenants.headroom");
    return eventsourcing::name_uuid(space, tenant.text());
}

task<outcome<done>> tenant_service::run(provision command, actor by, deadline until) const {
    value_check all;
    all.hear(check_slug(command.slug));
    all.take(command.name, short_text("name", command.name));
    if (auto fault = std::move(all).refusal()) co_return failed(*std::move(fault));
    const auto tenant = tenant_id::parse(command.slug).value();
    co_return co_await run<provision>(tenant, std::move(command), std::move(by), until);
}

task<outcome<done>> tenant_service::run(const tenant_id& tenant, suspend command, actor by,
                                        deadline until) const {
    auto category = short_text("category", command.category);
    if (!category) co_return failed(std::move(category.error()));
    command.category = *std::move(category);
    co_return co_await run<suspend>(tenant, std::move(command), std::move(by), until);
}

}  // namespace headroom::service::tenancy
