// service/settings.hpp: everything the service can be told, read once and sealed.
#pragma once
#include <expected>
#include <vector>

#include "headroom/http/settings.hpp"
#include "headroom/persistence/seed_settings.hpp"
#include "headroom/persistence/settings.hpp"
#include "headroom/runtime/settings.hpp"

namespace headroom::service {

struct settings {
    runtime_settings process;
    http::settings http;
    persistence::database_settings database;
    std::vector<setting_row> reference;  ///< every variable with its effective, masked value
    setting_faults warnings;
};

/// Every fault of every variable at once, or the settings. `overrides`: NAME, value pairs of the
/// command line, before the environment and the profile's .env files.
std::expected<settings, setting_faults> read_settings(
    const std::vector<std::pair<std::string, std::string>>& overrides = {});

}  // namespace headroom::service
