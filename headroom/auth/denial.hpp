// auth/denial.hpp: a request that is refused for its credentials or its rights, as its answer.
//
// problem+json like every other, with an error_code, and the `WWW-Authenticate` the standards ask
// for: RFC 6750's codes for tokens, the scheme's name for API keys. No text of a credential is in
// it.
#pragma once
#include <stdexcept>
#include <string>
#include <string_view>

#include "headroom/auth/api_key_fault.hpp"
#include "headroom/auth/token_fault.hpp"
#include "headroom/http/response.hpp"

namespace headroom::auth {

struct denial {
    unsigned status = 401;
    std::string error_code;      ///< "TOKEN_EXPIRED"
    std::string detail;          ///< a sentence
    std::string challenge{};     ///< of WWW-Authenticate; empty: there is none
    std::string_view reason{};   ///< our word of it, for logs and metrics; of static text
};

/// "TOKEN_EXPIRED", "INVALID_CLAIMS", ...: the codes clients of older systems know.
std::string_view error_code(token_fault of) noexcept;

/// `scope`: the scopes that were wanted, of insufficient_scope.
denial denial_of(token_fault why, std::string_view scope = {});
denial denial_of(api_key_fault why);
/// 403, INSUFFICIENT_SCOPE: a key that was issued for other scopes alone; as RFC 6750 has it of
/// tokens, under the keys' own scheme. `scope`: what was wanted, of a scope's characters.
denial insufficient_key_scope(std::string_view scope);
/// 403, FORBIDDEN: who asks is known, and may not.
denial forbidden(std::string detail, std::string_view reason);

http::response to_response(const denial& of);

/// Thrown to where answer_denials answers it.
class denied : public std::runtime_error {
public:
    explicit denied(denial why) : std::runtime_error(why.detail), why_(std::move(why)) {}
    const denial& why() const noexcept { return why_; }

private:
    denial why_;
};

}  // namespace headroom::auth
