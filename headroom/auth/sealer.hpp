// auth/sealer.hpp: text that rests with others and is read by us alone.
//
// AES-256-GCM (NIST SP 800-38D) under a key that HKDF-SHA-256 (RFC 5869) makes of one secret and
// what the text is for. What is sealed for one purpose, or under one name, opens under no other:
// whoever can write to the store cannot put one record in another's place.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/runtime/secret.hpp"

namespace headroom::auth {

/// Immutable; thread-safe. Copyable value.
class sealer {
public:
    static constexpr std::size_t secret_bytes_min = 32;
    static constexpr std::size_t text_bytes_max = 1 << 20;

    /// Requires a secret of secret_bytes_min or more. `purpose` is a word of the program,
    /// "session".
    sealer(secret key, std::string purpose);

    /// `name`: what the text belongs to, which has to be the same to open it. May be secret itself:
    /// then only who knows it can open the text, whoever has the key. Throws std::length_error
    /// beyond text_bytes_max.
    std::string seal(std::string_view name, const secret& text) const;
    /// Nothing when it was not sealed by this key, for this purpose and under this name.
    std::optional<secret> open(std::string_view name, std::string_view sealed) const;

private:
    std::string key_for(std::string_view name) const;

    secret key_;
    std::string purpose_;
};

}  // namespace headroom::auth
