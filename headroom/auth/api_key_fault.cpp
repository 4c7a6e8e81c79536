#include "headroom/auth/api_key_fault.hpp"

#include <cstddef>
#include <iterator>

namespace headroom::auth {
namespace {

struct key_fault_row {
    api_key_fault fault;
    std::string_view name;
    unsigned status;
    std::string_view code, sentence;
};

constexpr key_fault_row key_fault_rows[] = {
    {api_key_fault::repeated, "repeated", 400, "INVALID_FORMAT",
     "Exactly one credential may be presented."},
    {api_key_fault::malformed, "malformed", 401, "INVALID_FORMAT", "The API key is malformed."},
    {api_key_fault::unknown, "unknown", 401, "INVALID_KEY", "The API key is not valid."},
    {api_key_fault::wrong, "wrong", 401, "INVALID_KEY", "The API key is not valid."},
    {api_key_fault::revoked, "revoked", 401, "REVOKED_KEY", "The API key was revoked."},
    {api_key_fault::expired, "expired", 401, "REVOKED_KEY", "The API key has expired."},
    {api_key_fault::agent_suspended, "agent_suspended", 401, "REVOKED_KEY",
     "The API key's agent is suspended."},
    {api_key_fault::busy, "busy", 503, "SERVICE_UNAVAILABLE",
     "Too many keys of the old kind are being checked."},
    {api_key_fault::guessed, "guessed", 429, "TOO_MANY_ATTEMPTS",
     "Too many keys that are not valid were presented."},
    {api_key_fault::not_served, "not_served", 503, "SERVICE_UNAVAILABLE",
     "This service verifies no API keys: it was given no pepper."},
};

constexpr bool key_rows_stand_in_order() {
    std::size_t at = 0;
    for (const auto& each : key_fault_rows)
        if (static_cast<std::size_t>(each.fault) != at++) return false;
    return true;
}
static_assert(key_rows_stand_in_order());

const key_fault_row& row_of(api_key_fault of) noexcept {
    return key_fault_rows[static_cast<std::size_t>(of)];
}

}  // namespace

std::string_view to_string(api_key_fault of) noexcept { return row_of(of).name; }
unsigned status_of(api_key_fault of) noexcept { return row_of(of).status; }
std::string_view error_code(api_key_fault of) noexcept { return row_of(of).code; }
std::string_view sentence(api_key_fault of) noexcept { return row_of(of).sentence; }

}  // namespace headroom::auth
