// tenancy/projections.hpp: the read models of tenancy: tenants, and their configuration.
#pragma once
#include <memory>
#include <vector>

#include "headroom/eventsourcing/projection.hpp"

namespace headroom::service::tenancy {

inline constexpr char tenants_projection[] = "tenancy.tenants";
inline constexpr char configuration_projection[] = "tenancy.configuration";

std::vector<std::unique_ptr<eventsourcing::projection>> projections();

}  // namespace headroom::service::tenancy
