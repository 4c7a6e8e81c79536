#include "service/tenancy/configuration.hpp"

#include <algorithm>
#include <boost/assert.hpp>

namespace headroom::service::tenancy {
namespace {

constexpr persistence::statement select_one(
    "select config_key, config_value, updated_by, updated_at from tenant_configuration "
    "where tenant_id = $1 and config_key = $2");

constexpr persistence::statement select_page(
    "select config_key, config_value, updated_by, updated_at from tenant_configuration "
    "where tenant_id = $1 and config_key > $2 order by config_key limit $3::bigint");

entry of_system(const system_defaults::value_type& each) {
    return {{each.first, each.second, value_source::system_default}, "", std::nullopt};
}

entry of_kept(const kept_value& each) {
    return {{each.key, each.value, value_source::tenant},
            each.updated_by,
            persistence::timestamp(std::chrono::microseconds(each.updated_at))};
}

/// Adds the defaults after `after` whose keys the tenant does not set, and restores the order.
void add_defaults(std::vector<entry>& own, const system_defaults& defaults,
                  std::string_view after) {
    const auto set = own.size();
    const auto is_set = [&](const std::string& key) {
        return std::ranges::binary_search(own.begin(), own.begin() + static_cast<long>(set), key,
                                          {}, [](const entry& of) { return of.is.key; });
    };
    for (auto each = defaults.upper_bound(after); each != defaults.end(); ++each)
        if (!is_set(each->first)) own.push_back(of_system(*each));
    std::ranges::sort(own, {}, [](const entry& of) { return of.is.key; });
}

}  // namespace

entry entry::from(const persistence::row& each) {
    return {{each.get<std::string>(0), each.get<persistence::jsonb>(1).text, value_source::tenant},
            each.get<std::string>(2),
            each.get<persistence::timestamp>(3)};
}

task<std::optional<entry>> configuration::own(persistence::tenant_id tenant, std::string key,
                                              position at, deadline until) {
    if (kept_ != nullptr)
        if (const auto all = co_await kept_->of(db_, tenant, at, until); all->whole) {
            const auto* found = all->find(key);
            co_return found ? std::optional(of_kept(*found)) : std::nullopt;
        }
    co_return co_await db_.lanes().optional<entry>(tenant, select_one, until, tenant.text(), key);
}

task<std::optional<entry>> configuration::get(persistence::tenant_id tenant, std::string key,
                                              position at, deadline until) {
    if (auto found = co_await own(std::move(tenant), key, at, until)) co_return found;
    const auto found = defaults_.find(key);
    if (found == defaults_.end()) co_return std::nullopt;
    co_return of_system(*found);
}

task<std::vector<entry>> configuration::own_page(persistence::tenant_id tenant, std::string after,
                                                 int size, position at, deadline until) {
    if (kept_ != nullptr)
        if (const auto all = co_await kept_->of(db_, tenant, at, until); all->whole) {
            std::vector<entry> page;
            for (const auto& each : all->entries)
                if (each.key > after && page.size() < static_cast<std::size_t>(size))
                    page.push_back(of_kept(each));
            co_return page;
        }
    const std::int64_t most = size;
    co_return co_await db_.lanes().all<entry>(tenant, select_page, until, tenant.text(), after,
                                              most);
}

task<page> configuration::list(persistence::tenant_id tenant, std::string after, int size,
                               position at, deadline until) {
    BOOST_ASSERT(size >= 1 && size <= page_max);
    page found;
    found.entries = co_await own_page(std::move(tenant), after, size + 1, at, until);
    add_defaults(found.entries, defaults_, after);
    if (found.entries.size() > static_cast<std::size_t>(size)) {
        found.entries.resize(static_cast<std::size_t>(size));
        found.next = found.entries.back().is.key;
    }
    co_return found;
}

}  // namespace headroom::service::tenancy
