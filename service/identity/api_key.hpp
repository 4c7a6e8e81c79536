// identity/api_key.hpp: an agent's key, `pk_` + id + secret + checksum: 8, 43 and 6 characters.
//
// The secret is 256 random bits and is shown once. What is kept is HMAC-SHA-256 under a pepper that
// is not in the database: a dump of it verifies nothing. The checksum (CRC-32) tells a mistyped key
// from a wrong one before anything is looked up; keys without it, as older systems issued them, are
// read too.
#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "headroom/runtime/secret.hpp"

namespace headroom::service::identity {

inline constexpr std::size_t key_id_length = 8, key_secret_length = 43, key_checksum_length = 6;

struct presented_key {
    std::string id;
    secret value;
};

/// A key to hand out once: its id, its secret, and the text the agent presents.
struct new_key {
    std::string id;
    secret value, text;
};
/// From the system's random source. Thread-safe.
new_key make_key();

/// A key as a client sent it; nothing when it is none.
std::optional<presented_key> parse_key(std::string_view text);

/// 64 hexadecimal digits.
std::string hash_of(const secret& value, const secret& pepper);
/// In constant time.
bool matches(const secret& value, const secret& pepper, std::string_view hash);

}  // namespace headroom::service::identity
