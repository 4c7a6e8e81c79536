#include "headroom/observability/settings.hpp"

namespace headroom::observability {

settings read_settings(setting_reader& from) {
    settings made;
    made.least = from.choice<severity>({.name = "LOG_LEVEL",
                                        .fallback = severity::info,
                                        .values = {{"INFO", severity::info},
                                                   {"DEBUG", severity::debug},
                                                   {"WARNING", severity::warn},
                                                   {"ERROR", severity::error},
                                                   {"CRITICAL", severity::fatal}},
                                        .doc = "The least severe record that is written."});
    const auto usual = from.profile() == profile::dev ? log_format::console : log_format::json;
    made.format = from.choice<log_format>(
        {.name = "HEADROOM_LOG_FORMAT",
         .fallback = usual,
         .values = {{"json", log_format::json}, {"console", log_format::console}},
         .doc = "A line of JSON a record, or text for a terminal (the default in dev)."});
    made.service = from.text({.name = "OTEL_SERVICE_NAME",
                              .fallback = "headroom",
                              .length_max = 128,
                              .doc = "service.name of logs and metrics."});
    made.version = from.text({.name = "OTEL_SERVICE_VERSION",
                              .fallback = "unknown",
                              .length_max = 64,
                              .doc = "service.version of logs and metrics."});
    return made;
}

}  // namespace headroom::observability
