// service/settings.hpp: everything the service can be told, read once and sealed.
#pragma once
#include <expected>
#include <vector>

#include "headroom/auth/oidc/sign_in_settings.hpp"
#include "headroom/auth/settings.hpp"
#include "headroom/eventsourcing/settings.hpp"
#include "headroom/fleet/settings.hpp"
#include "headroom/http/client/client_settings.hpp"
#include "headroom/http/client/proxies.hpp"
#include "headroom/http/settings.hpp"
#include "headroom/observability/settings.hpp"
#include "headroom/persistence/cache/settings.hpp"
#include "headroom/persistence/redis/settings.hpp"
#include "headroom/persistence/settings.hpp"
#include "headroom/runtime/settings.hpp"
#include "headroom/tasks/settings.hpp"
#include "service/tenancy/system_defaults.hpp"

namespace headroom::service {

struct settings {
    runtime_settings process;
    observability::settings logs;
    http::settings http;
    http::client_settings client;  ///< of the one HTTP client
    http::proxies proxies;         ///< that stand before it
    auth::settings auth;
    auth::sign_in_settings sign_in;
    persistence::database_settings database;
    redis::settings redis;
    cache::settings cache;
    tasks::settings tasks;
    fleet::fleet_settings fleet;
    eventsourcing::event_store_settings events;
    tenancy::system_defaults defaults;   ///< what holds where a tenant configures nothing
    std::string mail_directory;          ///< where mails are written; empty: none are
    secret key_pepper;                   ///< of agents' API keys; empty: none can be issued
    std::chrono::milliseconds key_lifetime{0};  ///< of an API key; 0: none expires
    std::vector<setting_row> reference;  ///< every variable with its effective, masked value
    setting_faults warnings;
    std::vector<secret> secrets;  ///< what no output may show
};

/// Every fault of every variable at once, or the settings. `overrides`: NAME, value pairs of the
/// command line, before the environment and the profile's .env files.
std::expected<settings, setting_faults> read_settings(
    const std::vector<std::pair<std::string, std::string>>& overrides = {});

/// The same of variables that were collected before.
std::expected<settings, setting_faults> read_settings(const environment& from);

}  // namespace headroom::service
