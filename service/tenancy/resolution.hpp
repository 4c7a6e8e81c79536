// tenancy/resolution.hpp: what a configuration key means for a tenant.
//
// The tenant's own value decides, else the system's default, else there is none. A feature is on
// for everybody or for a share of the tenants, each always on the same side; a limit is a number,
// and without one nothing is limited. Pure.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "service/domain_error.hpp"

namespace headroom::service::tenancy {

/// Values that hold where a tenant has none: canonical JSON, tagged by type.
using system_defaults = std::map<std::string, std::string, std::less<>>;

enum class value_source { tenant, system_default };
std::string_view to_string(value_source of) noexcept;

struct resolved_value {
    std::string key, value;
    value_source source = value_source::tenant;
    bool operator==(const resolved_value&) const = default;
};

std::optional<resolved_value> resolve(std::string_view key,
                                      const std::optional<std::string>& of_tenant,
                                      const system_defaults& defaults);

/// Where a tenant stands in a rollout, 0 to 99: the first four bytes, big-endian, of
/// SHA-256("{feature}:{tenant}"), modulo 100.
unsigned rollout_bucket(std::string_view feature, std::string_view tenant);

/// On: a boolean that is true, or a percentage above the tenant's bucket. Anything else is off.
bool is_on(std::string_view feature, std::string_view tenant,
           const std::optional<resolved_value>& value);

/// FEATURE_DISABLED when it is off.
outcome<void> require_feature(std::string_view feature, std::string_view tenant,
                              const std::optional<resolved_value>& value);

inline constexpr std::int64_t unlimited = 2'147'483'647;

struct allowance {
    std::int64_t limit = unlimited, remaining = unlimited;
    bool operator==(const allowance&) const = default;
};
/// RESOURCE_LIMIT_EXCEEDED when `current` and `increment` together exceed the limit, an integer
/// value; without one the resource is unlimited. Requires current >= 0 and increment >= 0.
outcome<allowance> require_room(std::string_view resource, std::int64_t current,
                                std::int64_t increment,
                                const std::optional<resolved_value>& limit);

}  // namespace headroom::service::tenancy
