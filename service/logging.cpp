#include "service/logging.hpp"

#include <unistd.h>

#include <boost/json.hpp>

namespace headroom::service {

observability::redactor redactor_for(const settings& with) {
    observability::redactor hiding;
    for (const auto& each : with.secrets) hiding.learn(each);
    hiding.learn(with.database.serve.password);
    hiding.learn(with.database.migrate.password);
    return hiding;
}

observability::logger logger_for(const settings& with, const observability::redactor& hiding,
                                 std::string instance) {
    const bool watched = with.process.profile == profile::dev && isatty(STDERR_FILENO) != 0;
    const auto usual =
        watched ? observability::log_format::console : observability::log_format::json;
    const auto or_else = [](const std::string& set, const char* usually) {
        return set.empty() ? std::string(usually) : set;
    };
    observability::log_options options;
    options.least = with.logs.least;
    options.format = with.logs.format.value_or(usual);
    options.identity = {or_else(with.logs.service, service_name),
                        or_else(with.logs.version, HEADROOM_VERSION), std::move(instance)};
    options.sink = observability::descriptor_sink(STDERR_FILENO);
    return observability::logger(std::move(options), hiding);
}

log_fields::log_fields(std::vector<std::pair<std::string, std::string>> fields)
    : fields_(std::move(fields)) {
    for (const auto& [name, value] : fields_) {
        boost::system::error_code no_document;
        const bool may_be = value.starts_with('{') || value.starts_with('[');
        auto parsed = may_be ? boost::json::parse(value, no_document) : boost::json::value();
        if (may_be && !no_document) {
            documents_.push_back(std::make_unique<boost::json::value>(std::move(parsed)));
            attributes_.emplace_back(name, *documents_.back());
        } else {
            attributes_.emplace_back(name, value);
        }
    }
}

log_fields::~log_fields() = default;

}  // namespace headroom::service
