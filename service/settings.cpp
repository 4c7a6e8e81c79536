#include "service/settings.hpp"

#include <unistd.h>

namespace headroom::service {

std::expected<settings, setting_faults> read_settings(
    const std::vector<std::pair<std::string, std::string>>& overrides) {
    return read_settings(load_environment({.overrides = overrides, .process = environ}));
}

std::expected<settings, setting_faults> read_settings(const environment& from) {
    setting_reader reader(from);
    settings all;
    all.process = read_runtime_settings(reader);
    all.logs = observability::read_settings(reader);
    all.http = http::read_settings(reader);
    all.database = persistence::read_database_settings(reader);
    // Of parts that come later: checked and documented, so that an existing .env is read whole.
    all.events = persistence::read_event_store_settings(reader);
    persistence::read_redis_settings(reader);
    auto sealed = reader.seal();
    if (!sealed) return std::unexpected(std::move(sealed.error()));
    all.reference = *std::move(sealed);
    all.warnings = reader.warnings();
    all.secrets = reader.secrets();
    return all;
}

}  // namespace headroom::service
