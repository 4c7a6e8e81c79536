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
    made.format = from.choice<std::optional<log_format>>(
        {.name = "HEADROOM_LOG_FORMAT",
         .fallback = std::nullopt,
         .values = {{"auto", std::nullopt},
                    {"json", log_format::json},
                    {"console", log_format::console}},
         .doc = "A line of JSON a record, or text for people; auto: text in dev on a terminal."});
    made.service = from.text({.name = "OTEL_SERVICE_NAME",
                              .length_max = 128,
                              .doc = "service.name of the log; else the program's."});
    made.version = from.text({.name = "OTEL_SERVICE_VERSION",
                              .length_max = 64,
                              .doc = "service.version of the log; else the build's."});
    return made;
}

}  // namespace headroom::observability
