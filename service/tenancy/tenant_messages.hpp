// tenancy/tenant_messages.hpp: what clients send about tenants, and what they are told.
#pragma once
#include "service/arguments.hpp"
#include "service/short_text.hpp"
#include "service/tenancy/fold.hpp"

namespace headroom::service::tenancy {

BOOST_DESCRIBE_ENUM(status, none, provisioning, active, suspended, decommissioned)

// ---- sent ----

struct new_tenant {
    typed::text<2, 63, "[a-z0-9]+(-[a-z0-9]+)*"> slug;
    typed::text<1, short_text_max> name;
    std::optional<boost::json::object> metadata;
    version_seen expected_version;
};
BOOST_DESCRIBE_STRUCT(new_tenant, (), (slug, name, metadata, expected_version))

/// A transition that needs no reason.
struct tenant_transition {
    version_seen expected_version;
};
BOOST_DESCRIBE_STRUCT(tenant_transition, (), (expected_version))

struct suspension {
    typed::text<0, reason_max> reason;
    typed::or_else<std::string, typed::fixed_text("admin_action")> category;
    version_seen expected_version;
};
BOOST_DESCRIBE_STRUCT(suspension, (), (reason, category, expected_version))

struct decommissioning {
    typed::text<0, reason_max> reason;
    version_seen expected_version;
};
BOOST_DESCRIBE_STRUCT(decommissioning, (), (reason, expected_version))

struct tenant_metadata {
    boost::json::object metadata;
    version_seen expected_version;
};
BOOST_DESCRIBE_STRUCT(tenant_metadata, (), (metadata, expected_version))

// ---- told ----

struct tenant_view {
    eventsourcing::uuid id;
    eventsourcing::stream_version version = 0;
    std::string slug, name;
    tenancy::status status{};
    boost::json::value metadata;
    persistence::timestamp created_at;
    typed::nullable<persistence::timestamp> activated_at, suspended_at, decommissioned_at;
};
BOOST_DESCRIBE_STRUCT(tenant_view, (),
                      (id, version, slug, name, status, metadata, created_at, activated_at,
                       suspended_at, decommissioned_at))

struct tenant_page {
    std::vector<tenant_view> items;
    std::optional<std::string> next;  ///< the `after` of the following page
};
BOOST_DESCRIBE_STRUCT(tenant_page, (), (items, next))

/// Where a command's effect stands; no position: there was nothing to do.
struct changed_tenant {
    std::string slug;
    eventsourcing::stream_version version = 0;
    std::optional<eventsourcing::log_position> position{};
};
BOOST_DESCRIBE_STRUCT(changed_tenant, (), (slug, version, position))

}  // namespace headroom::service::tenancy

namespace headroom::http::typed {

/// "ACTIVE"; a tenant that never was has no word.
template <>
struct enum_text<service::tenancy::status> {
    static std::string_view of(service::tenancy::status is, const char*) {
        return service::tenancy::to_string(is);
    }
};

}  // namespace headroom::http::typed
