#include "service/tenancy/configuration.hpp"

#include <boost/assert.hpp>

namespace headroom::service::tenancy {
namespace {

constexpr persistence::statement select_one(
    "select config_key, config_value, updated_by, updated_at from tenant_configuration "
    "where tenant_id = $1 and config_key = $2");

constexpr persistence::statement select_page(
    "select config_key, config_value, updated_by, updated_at from tenant_configuration "
    "where tenant_id = $1 and config_key > $2 order by config_key limit $3::bigint");

}  // namespace

entry entry::from(const persistence::row& each) {
    return {each.get<std::string>(0), each.get<persistence::jsonb>(1).text,
            each.get<std::string>(2), each.get<persistence::timestamp>(3)};
}

task<std::optional<entry>> configuration::get(persistence::tenant_id tenant, std::string key,
                                              deadline until) {
    co_return co_await db_.lanes().optional<entry>(tenant, select_one, until, tenant.text(), key);
}

task<page> configuration::list(persistence::tenant_id tenant, std::string after, int size,
                               deadline until) {
    BOOST_ASSERT(size >= 1 && size <= page_max);
    const std::int64_t one_more = size + 1;
    page found;
    found.entries = co_await db_.lanes().all<entry>(tenant, select_page, until, tenant.text(),
                                                    after, one_more);
    if (found.entries.size() > static_cast<std::size_t>(size)) {
        found.entries.pop_back();
        found.next = found.entries.back().key;
    }
    co_return found;
}

}  // namespace headroom::service::tenancy
