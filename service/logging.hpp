// service/logging.hpp: the service's logger, and what it must never let out.
#pragma once
#include <string>

#include "headroom/observability/logger.hpp"
#include "service/settings.hpp"

namespace headroom::service {

inline constexpr char service_name[] = "headroom-service";

/// Knows every secret of the settings.
observability::redactor redactor_for(const settings& with);

/// Lines on stderr as the settings say; by default JSON, and in development, on a terminal, lines
/// for people. `instance`: this member.
observability::logger logger_for(const settings& with, const observability::redactor& hiding,
                                 std::string instance);

}  // namespace headroom::service
