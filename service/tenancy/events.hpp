// tenancy/events.hpp: what can happen to a tenant.
#pragma once
#include "headroom/eventsourcing/codec.hpp"

namespace headroom::service::tenancy {

using eventsourcing::json_text;

struct provisioned {
    static constexpr char topic[] = "tenancy:Tenant.Provisioned";
    std::string tenant_id, name, slug;
    std::optional<json_text> metadata;
    bool operator==(const provisioned&) const = default;
};
BOOST_DESCRIBE_STRUCT(provisioned, (), (tenant_id, name, slug, metadata))

struct activated {
    static constexpr char topic[] = "tenancy:Tenant.Activated";
    std::string tenant_id, initiated_by;
    bool operator==(const activated&) const = default;
};
BOOST_DESCRIBE_STRUCT(activated, (), (tenant_id, initiated_by))

struct suspended {
    static constexpr char topic[] = "tenancy:Tenant.Suspended";
    std::string tenant_id, reason, category, initiated_by;
    bool operator==(const suspended&) const = default;
};
BOOST_DESCRIBE_STRUCT(suspended, (), (tenant_id, reason, category, initiated_by))

struct reactivated {
    static constexpr char topic[] = "tenancy:Tenant.Reactivated";
    std::string tenant_id, initiated_by;
    bool operator==(const reactivated&) const = default;
};
BOOST_DESCRIBE_STRUCT(reactivated, (), (tenant_id, initiated_by))

struct decommissioned {
    static constexpr char topic[] = "tenancy:Tenant.Decommissioned";
    std::string tenant_id, reason, initiated_by;
    bool operator==(const decommissioned&) const = default;
};
BOOST_DESCRIBE_STRUCT(decommissioned, (), (tenant_id, reason, initiated_by))

struct config_updated {
    static constexpr char topic[] = "tenancy:Tenant.ConfigUpdated";
    std::string tenant_id, config_key;
    json_text config_value;
    std::string updated_by;
    bool operator==(const config_updated&) const = default;
};
BOOST_DESCRIBE_STRUCT(config_updated, (), (tenant_id, config_key, config_value, updated_by))

struct metadata_updated {
    static constexpr char topic[] = "tenancy:Tenant.MetadataUpdated";
    std::string tenant_id;
    json_text metadata;  ///< merged into what was there
    std::string updated_by;
    bool operator==(const metadata_updated&) const = default;
};
BOOST_DESCRIBE_STRUCT(metadata_updated, (), (tenant_id, metadata, updated_by))

struct data_deleted {
    static constexpr char topic[] = "tenancy:Tenant.DataDeleted";
    std::string tenant_id, category;
    std::int64_t entity_count = 0;
    std::string deleted_by;
    bool operator==(const data_deleted&) const = default;
};
BOOST_DESCRIBE_STRUCT(data_deleted, (), (tenant_id, category, entity_count, deleted_by))

using event = std::variant<provisioned, activated, suspended, reactivated, decommissioned,
                           config_updated, metadata_updated, data_deleted>;

}  // namespace headroom::service::tenancy
