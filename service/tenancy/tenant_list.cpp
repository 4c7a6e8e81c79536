#include "service/tenancy/tenant_list.hpp"

#include <boost/assert.hpp>

namespace headroom::service::tenancy {
namespace {

constexpr persistence::statement by_slug(R"(
select id, version, slug, name, status, metadata::text, created_at, activated_at, suspended_at,
       decommissioned_at
from tenants where slug = $1)");

constexpr persistence::statement one_page(R"(
select id, version, slug, name, status, metadata::text, created_at, activated_at, suspended_at,
       decommissioned_at
from tenants
where ($1 = '' or status = $1)
  and ($2 = '' or (created_at, slug) < (select created_at, slug from tenants where slug = $2))
order by created_at desc, slug desc limit $3)");

}  // namespace

tenant_row tenant_row::from(const persistence::row& each) {
    using when = std::optional<persistence::timestamp>;
    return {each.get<persistence::uuid>(0),
            each.get<std::int64_t>(1),
            each.get<std::string>(2),
            each.get<std::string>(3),
            each.get<std::string>(4),
            each.get<std::string>(5),
            each.get<persistence::timestamp>(6),
            each.get<when>(7),
            each.get<when>(8),
            each.get<when>(9)};
}

task<std::optional<tenant_row>> tenant_list::find(std::string slug, deadline until) const {
    co_return co_await over_.reads().optional<tenant_row>(by_slug, until, slug);
}

task<std::vector<tenant_row>> tenant_list::list(std::optional<status> which, std::string after,
                                                int size, deadline until) const {
    BOOST_ASSERT(size >= 1 && size <= tenants_page_max);
    const std::string wanted(which ? to_string(*which) : "");
    const std::int64_t rows = size;
    co_return co_await over_.reads().all<tenant_row>(one_page, until, wanted, after, rows);
}

}  // namespace headroom::service::tenancy
