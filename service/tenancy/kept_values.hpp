// tenancy/kept_values.hpp: a tenant's own configuration values, kept in the cache as one.
//
// One value a tenant: a key that is not set, as most features are, costs no question either, and a
// change is one invalidation. Each is as of a position of the log, so that who asks for a later one
// is not given it. A tenant with more than is worth keeping is read from the database each time.
#pragma once
#include <boost/describe.hpp>
#include <optional>
#include <string>
#include <vector>

#include "headroom/eventsourcing/audience.hpp"
#include "headroom/eventsourcing/event.hpp"
#include "headroom/persistence/cache/view.hpp"
#include "headroom/persistence/database.hpp"
#include "headroom/persistence/tenant.hpp"

namespace headroom::service::tenancy {

struct kept_value {
    std::string key, value, updated_by;
    std::int64_t updated_at = 0;  ///< microseconds since 1970
};
BOOST_DESCRIBE_STRUCT(kept_value, (), (key, value, updated_by, updated_at))

/// In the order of keys, by bytes.
struct tenant_values {
    static constexpr int entries_max = 512;
    static constexpr int bytes_max = 256 * 1024;

    eventsourcing::log_position position = 0;  ///< the read model's, when they were read
    bool whole = true;                         ///< false: beyond a bound, and no entry is here
    std::vector<kept_value> entries;

    const kept_value* find(std::string_view key) const;
};
BOOST_DESCRIBE_STRUCT(tenant_values, (), (position, whole, entries))

/// Usable from every reactor. The cache outlives it.
class kept_values final : public eventsourcing::audience {
public:
    explicit kept_values(cache::two_level& in) : all_(in, "configuration") {}

    /// As of `at` or later, if the read model has come that far. Throws what lanes throw. `from`
    /// outlives the cache's stop.
    task<std::shared_ptr<const tenant_values>> of(persistence::database& from,
                                                  const persistence::tenant_id& tenant,
                                                  eventsourcing::log_position at, deadline until);

    task<void> changing(std::string_view projection, std::vector<std::string> tenants) override;
    task<void> changed(std::string_view projection, std::vector<std::string> tenants) override;

private:
    cache::view<tenant_values> all_;
};

}  // namespace headroom::service::tenancy
