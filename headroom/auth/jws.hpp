// auth/jws.hpp: a signed token in its compact form (RFC 7515, section 7.1), taken apart.
#pragma once
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/auth/algorithm.hpp"
#include "headroom/auth/token_fault.hpp"

namespace headroom::auth {

/// Checked before anything is decoded or searched for.
inline constexpr std::size_t token_bytes_max = 16 * 1024;
/// Of a key's name, in a token or in a key set.
inline constexpr std::size_t kid_bytes_max = 255;

/// What we read of the header. `jku`, `jwk`, `x5u` and `x5c` are passed over: a token does not
/// bring its own key. `crit` is refused whatever it lists, as no extension is understood, and so is
/// any `b64` but true.
struct jws_header {
    algorithm alg;
    std::optional<std::string> kid;
    std::string typ;  ///< in lower case, without "application/"; empty when there is none
};

/// Nothing in it is to be trusted before its signature is checked.
struct jws {
    jws_header header;
    std::string payload, signature;  ///< decoded
    std::string_view signed_text;    ///< what the signature is over: a view into the token
};

/// Three parts in canonical base64url, the first a strict JSON object. Never throws what depends on
/// the token, and takes time in proportion to it.
std::expected<jws, token_fault> parse_jws(std::string_view token);

}  // namespace headroom::auth
