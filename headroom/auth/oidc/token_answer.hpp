// auth/oidc/token_answer.hpp: what a provider's endpoints answer, read strictly. Pure.
//
// RFC 6749, sections 5.1 and 5.2; RFC 7662, section 2.2; RFC 9126, section 2.2. An answer is
// bounded before it is read, its JSON has one reading only, and no text of it leaves but what is
// named here.
#pragma once
#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/auth/oidc/oidc_failure.hpp"
#include "headroom/auth/principal.hpp"
#include "headroom/runtime/secret.hpp"

namespace headroom::auth {

inline constexpr std::size_t token_answer_bytes_max = 128 * 1024;
/// Of an access, refresh or id token.
inline constexpr std::size_t issued_token_bytes_max = 32 * 1024;
/// Where an answer states none, and the longest that one may state.
inline constexpr std::chrono::seconds token_life_default{3'600}, token_life_max{31 * 86'400};

/// What a token endpoint gave.
struct token_set {
    secret access, refresh, id;  ///< the last two are empty where there are none
    std::chrono::seconds life = token_life_default;  ///< of the access token, from the request on
    std::string scope;           ///< what was granted; empty: what was asked for
};

/// An answer as it came.
struct raw_answer {
    unsigned status = 0;
    std::string_view body;
    std::string_view retry_after{};  ///< the field's value
};

/// Whether a provider that says so may be asked again: its words of RFC 6749, 4.1.2.1 and 5.2.
bool is_passing_error(std::string_view error);

oidc_result<token_set> read_token_answer(const raw_answer& of);

/// What a provider knows of a token.
struct introspected_token {
    bool active = false;
    std::string subject, client, scope, issuer;  ///< empty where it says nothing
    std::vector<std::string> audiences;
    std::optional<wall_time> expiry;
};
oidc_result<introspected_token> read_introspection(const raw_answer& of);

/// Of a pushed authorization request: the request_uri that stands for it.
oidc_result<std::string> read_pushed_answer(const raw_answer& of);

/// A revocation has nothing to say but that it is done (RFC 7009, 2.2).
oidc_result<void> read_revocation(const raw_answer& of);

}  // namespace headroom::auth
