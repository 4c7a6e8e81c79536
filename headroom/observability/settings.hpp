// observability/settings.hpp: how loud the log is, and under which name the process reports.
#pragma once
#include <string>

#include "headroom/observability/logger.hpp"
#include "headroom/runtime/setting_reader.hpp"

namespace headroom::observability {

struct settings {
    severity least = severity::info;
    log_format format = log_format::json;  ///< console by default in the dev profile
    std::string service = "headroom";      ///< service.name
    std::string version = "unknown";       ///< service.version, unless the build says it
};

/// Declares and reads them. Faults are kept by the reader.
settings read_settings(setting_reader& from);

}  // namespace headroom::observability
