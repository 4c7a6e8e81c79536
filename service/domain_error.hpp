// service/domain_error.hpp: why a command of a domain was refused, in the domain's words.
#pragma once
#include <expected>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace headroom::service {

enum class error_code {
    domain_error,              ///< 400
    feature_disabled,          ///< 403
    resource_not_found,        ///< 404
    conflict,                  ///< 409
    invalid_state_transition,  ///< 409
    validation_error,          ///< 422
    resource_limit_exceeded,   ///< 429
};
/// "INVALID_STATE_TRANSITION", as clients see it.
std::string_view to_string(error_code of) noexcept;
int http_status(error_code of) noexcept;

/// What is wrong with a value that came with a command.
struct field_fault {
    std::string field, detail;
    bool operator==(const field_fault&) const = default;
};

/// A refusal that the caller can answer. `context` holds figures and names, never a secret.
struct domain_error {
    error_code code = error_code::domain_error;
    std::string detail;
    std::vector<std::pair<std::string, std::string>> context{};
    std::vector<field_fault> faults{};  ///< of a validation_error
    bool operator==(const domain_error&) const = default;
};

/// What a checked value or a decision is, or why there is none.
template <class T>
using outcome = std::expected<T, domain_error>;

/// "validation_error" about one field, which the context names: see service/value_check.hpp for
/// several.
std::unexpected<domain_error> invalid(std::string field, const std::string& what);

}  // namespace headroom::service
