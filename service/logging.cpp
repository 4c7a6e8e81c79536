#include "service/logging.hpp"

#include <unistd.h>

namespace headroom::service {

observability::redactor redactor_for(const settings& with) {
    observability::redactor hiding;
    hiding.learn(with.database.serve.password);
    hiding.learn(with.database.migrate.password);
    return hiding;
}

observability::logger logger_for(const settings& with, const observability::redactor& hiding,
                                 std::string instance) {
    const bool watched = with.process.profile == profile::dev && isatty(STDERR_FILENO) != 0;
    observability::log_options options;
    options.format =
        watched ? observability::log_format::console : observability::log_format::json;
    options.identity = {service_name, HEADROOM_VERSION, std::move(instance)};
    options.sink = observability::descriptor_sink(STDERR_FILENO);
    return observability::logger(std::move(options), hiding);
}

}  // namespace headroom::service
