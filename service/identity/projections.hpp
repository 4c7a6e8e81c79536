// identity/projections.hpp: the read models of identity: user profiles, and agents' keys.
#pragma once
#include <memory>
#include <vector>

#include "headroom/eventsourcing/projection.hpp"

namespace headroom::service::identity {

inline constexpr char profiles_projection[] = "identity.user_profiles";
inline constexpr char keys_projection[] = "identity.api_keys";

std::vector<std::unique_ptr<eventsourcing::projection>> projections();

}  // namespace headroom::service::identity
