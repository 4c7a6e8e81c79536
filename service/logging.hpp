// service/logging.hpp: the service's logger, and what it must never let out.
#pragma once
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "headroom/observability/logger.hpp"
#include "service/settings.hpp"

namespace headroom::service {

inline constexpr char service_name[] = "headroom-service";

/// Knows every secret of the settings.
observability::redactor redactor_for(const settings& with);

/// Lines on stderr as the settings say; by default JSON, and in development, on a terminal, lines
/// for people. `instance`: this member.
observability::logger logger_for(const settings& with, const observability::redactor& hiding,
                                 std::string instance);

/// Named texts as attributes: one that is a JSON document is logged as the document it is, so that
/// a table is not cut like a text. Lives until the record is written.
class log_fields {
public:
    explicit log_fields(std::vector<std::pair<std::string, std::string>> fields);
    log_fields(const log_fields&) = delete;
    log_fields& operator=(const log_fields&) = delete;
    ~log_fields();

    std::span<const observability::attribute> attributes() const noexcept { return attributes_; }

private:
    const std::vector<std::pair<std::string, std::string>> fields_;
    std::vector<std::unique_ptr<boost::json::value>> documents_;
    std::vector<observability::attribute> attributes_;
};

}  // namespace headroom::service
