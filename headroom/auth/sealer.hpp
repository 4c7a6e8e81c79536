// auth/sealer.hpp: text that rests with others and is read by us alone.
//
// AES-256-GCM (NIST SP 800-38D) under a key that HKDF-SHA-256 (RFC 5869) makes of one secret and
// what the text is for. What is sealed for one purpose, or under one name, opens under no other:
// whoever can write to the store cannot put one record in another's place.
//
// A secret is replaced without losing what rests: the one before it still opens. Where several
// processes read the same store, each has to open what any of them seals: so first all are given
// the new one as the earlier one, then all seal with it.
#pragma once
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "headroom/runtime/secret.hpp"

namespace headroom::auth {

/// What is sealed with, and what else is opened.
struct sealing_secrets {
    sealing_secrets() = default;
    /// One alone is what most have.
    sealing_secrets(secret current, secret before = {})  // NOLINT(google-explicit-constructor)
        : now(std::move(current)), earlier(std::move(before)) {}

    secret now, earlier;  ///< `earlier` is empty where there is none
};

/// Text that was opened.
struct opened_text {
    secret text;
    bool by_earlier = false;  ///< to be sealed again, before that secret is given up
};

/// Immutable; thread-safe. Copyable value.
class sealer {
public:
    static constexpr std::size_t secret_bytes_min = 32;
    static constexpr std::size_t text_bytes_max = 1 << 20;

    /// Requires secrets of secret_bytes_min or more. `purpose` is a word of the program, "session".
    sealer(sealing_secrets by, std::string purpose);

    /// `name`: what the text belongs to, which has to be the same to open it. May be secret itself:
    /// then only who knows it can open the text, whoever has the key. Throws std::length_error
    /// beyond text_bytes_max.
    std::string seal(std::string_view name, const secret& text) const;
    /// Nothing when it was sealed by neither secret, or for another purpose or name.
    std::optional<opened_text> open(std::string_view name, std::string_view sealed) const;

private:
    std::string key_for(const secret& of, std::string_view name) const;
    std::optional<secret> open_by(const secret& by, std::string_view name,
                                  std::string_view sealed) const;

    sealing_secrets by_;
    std::string purpose_;
};

}  // namespace headroom::auth
