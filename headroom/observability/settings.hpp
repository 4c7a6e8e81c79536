// observability/settings.hpp: how loud the log is, and under which name the process reports.
#pragma once
#include <optional>
#include <string>

#include "headroom/observability/logger.hpp"
#include "headroom/runtime/setting_reader.hpp"

namespace headroom::observability {

struct settings {
    severity least = severity::info;
    /// Unset: for people in development on a terminal, else JSON.
    std::optional<log_format> format;
    std::string service;  ///< service.name; empty: the program's
    std::string version;  ///< service.version; empty: the build's
};

/// Declares and reads them. Faults are kept by the reader.
settings read_settings(setting_reader& from);

}  // namespace headroom::observability
