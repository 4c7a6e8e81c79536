// auth/token_fault.hpp: why a request's credentials are refused.
//
// A fault is a word of ours and never text of the token, so it may be logged, counted and answered.
// It maps to the three error codes of RFC 6750, section 3.1, and no others.
#pragma once
#include <string>
#include <string_view>

namespace headroom::auth {

enum class token_fault {
    no_credentials,       ///< nothing was presented
    many_credentials,     ///< more than one was
    malformed_credentials,
    too_large,            ///< more than token_bytes_max, looked at no further
    not_three_parts,
    not_base64url,
    not_json,             ///< no JSON object, or one that can be read in two ways
    bad_header,           ///< `alg`, `kid`, `typ` missing where they must be, or of another kind
    critical_extension,   ///< `crit` or `b64`: an extension that must be understood
    algorithm_refused,    ///< unknown, or not on the list
    unknown_issuer,
    no_keys,              ///< the issuer's keys are not to be had at present
    unknown_key,          ///< no key of the issuer is meant, or more than one
    unfit_key,            ///< the key is of another kind than the algorithm
    bad_signature,
    wrong_type,           ///< `typ` is none of the issuer's
    no_access_token,      ///< an id token or a logout token
    bad_claim,            ///< missing where it must be, or of another kind
    expired,
    not_yet_valid,
    issued_in_future,
    too_old,              ///< issued longer ago than the policy allows
    wrong_audience,
    wrong_party,          ///< issued to a client that is not listed
    wrong_tenant,         ///< none where one must be, or one the issuer has no say about
    insufficient_scope,
};

/// Our name of it, for logs and metrics: "bad_signature".
std::string_view to_string(token_fault fault) noexcept;
/// A sentence for the client.
std::string_view sentence(token_fault fault) noexcept;

/// 401; 400 for a request nobody can make sense of, 403 for too little scope, 503 without keys.
unsigned status_of(token_fault fault) noexcept;
/// "invalid_request", "invalid_token" or "insufficient_scope"; empty where a code would be wrong:
/// nothing was presented (RFC 6750, 3.1), or the fault is not the client's.
std::string_view bearer_error(token_fault fault) noexcept;

/// The value of `WWW-Authenticate`: the realm and, where there is one, the error with its sentence
/// and `scope`, the scopes that are wanted. Quotes in `realm` and `scope` are escaped.
std::string challenge(std::string_view realm, token_fault fault, std::string_view scope = {});

}  // namespace headroom::auth
