// auth/random_text.hpp: text that nobody can guess: keys, states, verifiers, session ids.
#pragma once
#include <cstddef>
#include <string>

namespace headroom::auth {

/// 256 bits: 43 characters of base64url.
inline constexpr std::size_t unguessable_bytes = 32, unguessable_length = 43;

/// So many bytes of the system's random source in base64url. Thread-safe. Throws
/// std::runtime_error when there is none.
std::string random_text(std::size_t bytes = unguessable_bytes);

}  // namespace headroom::auth
