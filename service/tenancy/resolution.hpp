// tenancy/resolution.hpp: what a configuration key means for a tenant.
//
// The tenant's own value decides, else the system's default, else there is none. A feature is on
// for everybody or for a share of the tenants, each always on the same side; a limit is a number,
// and without one nothing is limited. A policy is what was bound to somebody, else the tenant's
// own, else the system's. Pure.
#pragma once
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "service/domain_error.hpp"
#include "service/tenancy/system_defaults.hpp"

namespace headroom::service::tenancy {

enum class value_source { tenant, system_default, binding };
/// "tenant", "system_default", "binding".
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

struct feature_state {
    bool on = false;
    std::optional<unsigned> bucket{};  ///< where a percentage decided
    bool operator==(const feature_state&) const = default;
};
/// On: a boolean that is true, or a percentage above the tenant's bucket. Anything else is off.
feature_state state_of_feature(std::string_view feature, std::string_view tenant,
                               const std::optional<resolved_value>& value);
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

/// Configuration keys: of a resource's limit, of a policy, and of one bound to somebody.
std::string limit_key(std::string_view resource);
std::string policy_key(std::string_view type);
std::string policy_key(std::string_view type, std::string_view bound_to);

/// A type of policy is known when the system has a default for it; VALIDATION_ERROR when not.
outcome<resolved_value> resolve_policy(std::string_view type,
                                       const std::optional<std::string>& bound,
                                       const std::optional<std::string>& of_tenant,
                                       const system_defaults& defaults);

}  // namespace headroom::service::tenancy
