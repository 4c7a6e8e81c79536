// auth/api_key.hpp: a program's key, `pk_` + id + secret + checksum: 8, 43 and 6 characters.
//
// The secret is 256 random bits and is shown once. What is kept is HMAC-SHA-256 under a pepper that
// is not in the database: a dump of it verifies nothing. The checksum (CRC-32) tells a mistyped key
// from a wrong one before anything is looked up; keys without it, as older systems issued them, are
// read too.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/runtime/secret.hpp"

namespace headroom::auth {

inline constexpr std::size_t api_key_id_length = 8, api_key_secret_length = 43;

struct presented_api_key {
    std::string id;
    secret value;
    bool summed = true;  ///< with a checksum, as every key of ours has
};

/// A key to hand out once: its id, its secret, and the text that is presented.
struct new_api_key {
    std::string id;
    secret value, text;
};
/// From the system's random source. Thread-safe.
new_api_key make_api_key();

/// A key as a client sent it; nothing when it is none.
std::optional<presented_api_key> parse_api_key(std::string_view text);

/// 64 hexadecimal digits.
std::string api_key_hash(const secret& value, const secret& pepper);
/// In constant time.
bool matches_api_key(const secret& value, const secret& pepper, std::string_view hash);

}  // namespace headroom::auth
