#include "service/tenancy/kept_values.hpp"

#include <algorithm>

#include "service/tenancy/projections.hpp"

namespace headroom::service::tenancy {
namespace {

using persistence::tenant_id;

constexpr std::chrono::milliseconds tell_ms_max{1'000};

// The position and the values of one snapshot.
constexpr persistence::statement select_values(R"(
with seen as (select count(*) <= $3::bigint and
                     coalesce(sum(octet_length(config_value::text)), 0) <= $4::bigint as whole
                from tenant_configuration where tenant_id = $1)
select coalesce((select position from headroom_checkpoints where projection = $2
                  order by version desc limit 1), 0),
       whole, config_key, config_value, updated_by, updated_at
  from seen left join tenant_configuration on whole and tenant_id = $1)");

tenant_values values_in(const persistence::rows& from) {
    tenant_values made;
    made.position = from[0].get<std::int64_t>(0);
    made.whole = from[0].get<bool>(1);
    for (int i = 0; i < from.size(); ++i) {
        const auto each = from[i];
        if (each.is_null(2)) continue;
        made.entries.push_back(
            {each.get<std::string>(2), each.get<persistence::jsonb>(3).text,
             each.get<std::string>(4),
             each.get<persistence::timestamp>(5).time_since_epoch().count()});
    }
    std::ranges::sort(made.entries, {}, &kept_value::key);
    return made;
}

task<tenant_values> read_values(persistence::database& from, tenant_id tenant, deadline until) {
    const std::int64_t entries = tenant_values::entries_max, bytes = tenant_values::bytes_max;
    co_return values_in(co_await from.lanes().run(tenant, select_values, until, tenant.text(),
                                                  std::string(configuration_projection), entries,
                                                  bytes));
}

}  // namespace

const kept_value* tenant_values::find(std::string_view key) const {
    const auto at = std::ranges::lower_bound(entries, key, {}, &kept_value::key);
    return at != entries.end() && at->key == key ? &*at : nullptr;
}

task<std::shared_ptr<const tenant_values>> kept_values::of(persistence::database& from,
                                                           const tenant_id& tenant,
                                                           eventsourcing::log_position at,
                                                           deadline until) {
    const auto load = [&from, tenant](deadline by) { return read_values(from, tenant, by); };
    if (at == 0) return all_.get_or_load(tenant.text(), load, until);
    return all_.get_or_load(tenant.text(), load, until,
                            [at](const tenant_values& seen) { return seen.position >= at; });
}

task<void> kept_values::changing(std::string_view projection, std::vector<std::string> tenants) {
    if (projection != configuration_projection) co_return;
    co_await all_.changing(std::move(tenants), deadline::after(tell_ms_max));
}

task<void> kept_values::changed(std::string_view projection, std::vector<std::string> tenants) {
    if (projection != configuration_projection) co_return;
    co_await all_.changed(std::move(tenants), deadline::after(tell_ms_max));
}

}  // namespace headroom::service::tenancy
