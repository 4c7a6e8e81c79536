// tests/settings/all_settings.hpp: every variable of every package, read in one go.
#pragma once
#include <string>
#include <vector>

#include "headroom/http/settings.hpp"
#include "headroom/observability/settings.hpp"
#include "headroom/persistence/seed_settings.hpp"
#include "headroom/persistence/settings.hpp"
#include "headroom/runtime/settings.hpp"

namespace headroom {

struct all_settings {
    runtime_settings process;
    observability::settings logs;
    http::settings http;
    persistence::database_settings database;
    persistence::event_store_settings events;
    std::vector<setting_row> reference;
    std::string faults;
};

inline all_settings read_all(const environment& from) {
    setting_reader reader(from);
    all_settings all;
    all.process = read_runtime_settings(reader);
    all.logs = observability::read_settings(reader);
    all.http = http::read_settings(reader);
    all.database = persistence::read_database_settings(reader);
    all.events = persistence::read_event_store_settings(reader);
    persistence::read_redis_settings(reader);
    auto sealed = reader.seal();
    if (sealed)
        all.reference = *std::move(sealed);
    else
        all.faults = to_string(sealed.error());
    return all;
}

}  // namespace headroom
