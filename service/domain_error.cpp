#include "service/domain_error.hpp"

namespace headroom::service {

std::string_view to_string(error_code of) noexcept {
    switch (of) {
        case error_code::domain_error: return "DOMAIN_ERROR";
        case error_code::feature_disabled: return "FEATURE_DISABLED";
        case error_code::resource_not_found: return "RESOURCE_NOT_FOUND";
        case error_code::conflict: return "CONFLICT";
        case error_code::invalid_state_transition: return "INVALID_STATE_TRANSITION";
        case error_code::validation_error: return "VALIDATION_ERROR";
        case error_code::resource_limit_exceeded: return "RESOURCE_LIMIT_EXCEEDED";
    }
    return "DOMAIN_ERROR";
}

int http_status(error_code of) noexcept {
    switch (of) {
        case error_code::domain_error: return 400;
        case error_code::feature_disabled: return 403;
        case error_code::resource_not_found: return 404;
        case error_code::conflict:
        case error_code::invalid_state_transition: return 409;
        case error_code::validation_error: return 422;
        case error_code::resource_limit_exceeded: return 429;
    }
    return 400;
}

std::unexpected<domain_error> invalid(std::string field, const std::string& what) {
    auto detail = field + " " + what;
    return std::unexpected(domain_error{error_code::validation_error,
                                        detail,
                                        {{"field", field}},
                                        {{std::move(field), detail}}});
}

}  // namespace headroom::service
