#include "service/identity/key_list.hpp"

#include <boost/assert.hpp>

namespace headroom::service::identity {
namespace {

constexpr persistence::statement page_of_keys(R"(
select k.key_id, k.status <> 'active', k.agent_active, k.created_at, k.revoked_at, k.scopes,
       u.last_used_at
from agent_api_key_registry k left join agent_api_key_use u using (key_id)
where k.agent_id = $1
  and ($2 = '' or (k.created_at, k.key_id) <
                  (select created_at, key_id from agent_api_key_registry where key_id = $2))
order by k.created_at desc, k.key_id desc limit $3)");

}  // namespace

listed_key listed_key::from(const persistence::row& each) {
    using when = std::optional<persistence::timestamp>;
    return {each.get<std::string>(0),
            each.get<bool>(1),
            each.get<bool>(2),
            each.get<persistence::timestamp>(3),
            each.get<when>(4),
            each.get<std::optional<std::vector<std::string>>>(5),
            each.get<when>(6)};
}

key_standing standing_of(const listed_key& of, std::optional<persistence::timestamp> expires_at,
                         persistence::timestamp now) {
    const auto ended = of.revoked ? of.revoked_at.value_or(now) : now;
    if (expires_at && ended >= *expires_at) return key_standing::expired;
    if (of.revoked) return key_standing::revoked;
    return of.agent_active ? key_standing::active : key_standing::suspended;
}

task<std::vector<listed_key>> key_list::page(persistence::tenant_id tenant,
                                             eventsourcing::uuid agent, std::string after,
                                             int size, deadline until) const {
    BOOST_ASSERT(size >= 1 && size <= keys_page_max);
    const std::int64_t rows = size;
    co_return co_await over_.reads().all<listed_key>(std::move(tenant), page_of_keys, until, agent,
                                                     after, rows);
}

}  // namespace headroom::service::identity
