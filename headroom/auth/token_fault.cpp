#include "headroom/auth/token_fault.hpp"

#include <boost/assert.hpp>

namespace headroom::auth {
namespace {

struct fault_row {
    token_fault fault;
    std::string_view name, sentence;
};

constexpr fault_row fault_rows[] = {
    {token_fault::no_credentials, "no_credentials", "Credentials are needed."},
    {token_fault::many_credentials, "many_credentials", "Exactly one credential may be presented."},
    {token_fault::malformed_credentials, "malformed_credentials", "The credentials are malformed."},
    {token_fault::too_large, "too_large", "The token is too large."},
    {token_fault::not_three_parts, "not_three_parts", "The token is no compact JWS."},
    {token_fault::not_base64url, "not_base64url", "The token is not in canonical base64url."},
    {token_fault::not_json, "not_json", "The token does not hold strict JSON objects."},
    {token_fault::bad_header, "bad_header", "The token's header is malformed."},
    {token_fault::critical_extension, "critical_extension",
     "The token needs an extension that is not understood."},
    {token_fault::algorithm_refused, "algorithm_refused", "The token's algorithm is not allowed."},
    {token_fault::unknown_issuer, "unknown_issuer", "The token's issuer is not known."},
    {token_fault::no_keys, "no_keys", "The issuer's keys are not available."},
    {token_fault::unknown_key, "unknown_key", "The token's key is not known."},
    {token_fault::unfit_key, "unfit_key", "The token's key is not meant for its algorithm."},
    {token_fault::bad_signature, "bad_signature", "The token's signature is not valid."},
    {token_fault::wrong_type, "wrong_type", "The token is of another type."},
    {token_fault::no_access_token, "no_access_token", "The token is no access token."},
    {token_fault::bad_claim, "bad_claim", "A claim is missing or malformed."},
    {token_fault::expired, "expired", "The token has expired."},
    {token_fault::not_yet_valid, "not_yet_valid", "The token is not valid yet."},
    {token_fault::issued_in_future, "issued_in_future", "The token was issued in the future."},
    {token_fault::too_old, "too_old", "The token was issued too long ago."},
    {token_fault::wrong_audience, "wrong_audience", "The token is meant for another audience."},
    {token_fault::wrong_party, "wrong_party", "The token was issued to another client."},
    {token_fault::wrong_tenant, "wrong_tenant", "The token's tenant is not accepted."},
    {token_fault::insufficient_scope, "insufficient_scope", "The token's scope does not suffice."},
};

constexpr bool rows_stand_in_order() {
    std::size_t at = 0;
    for (const auto& each : fault_rows)
        if (static_cast<std::size_t>(each.fault) != at++) return false;
    return true;
}
static_assert(rows_stand_in_order());

const fault_row& fault_row_of(token_fault fault) {
    const auto at = static_cast<std::size_t>(fault);
    BOOST_ASSERT(at < std::size(fault_rows));
    return fault_rows[at];
}

std::string quoted(std::string_view text) {
    std::string made = "\"";
    for (const char each : text) {
        if (each == '"' || each == '\\') made += '\\';
        made += each >= ' ' && each <= '~' ? each : '?';
    }
    return made += '"';
}

}  // namespace

std::string_view to_string(token_fault fault) noexcept { return fault_row_of(fault).name; }
std::string_view sentence(token_fault fault) noexcept { return fault_row_of(fault).sentence; }

unsigned status_of(token_fault fault) noexcept {
    switch (fault) {
        case token_fault::many_credentials:
        case token_fault::malformed_credentials: return 400;
        case token_fault::insufficient_scope: return 403;
        case token_fault::no_keys: return 503;
        default: return 401;
    }
}

std::string_view bearer_error(token_fault fault) noexcept {
    if (fault == token_fault::no_credentials) return {};
    switch (status_of(fault)) {
        case 400: return "invalid_request";
        case 403: return "insufficient_scope";
        case 401: return "invalid_token";
        default: return {};
    }
}

std::string challenge(std::string_view realm, token_fault fault, std::string_view scope) {
    auto made = "Bearer realm=" + quoted(realm);
    if (const auto error = bearer_error(fault); !error.empty()) {
        made += ", error=" + quoted(error);
        made += ", error_description=" + quoted(sentence(fault));
    }
    if (fault == token_fault::insufficient_scope && !scope.empty())
        made += ", scope=" + quoted(scope);
    return made;
}

}  // namespace headroom::auth
