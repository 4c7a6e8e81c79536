// auth/key_set.hpp: the keys of one issuer (a JWK set, RFC 7517 section 5).
#pragma once
#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/auth/jws.hpp"
#include "headroom/auth/key.hpp"

namespace headroom::auth {

inline constexpr std::size_t key_set_bytes_max = 256 * 1024, key_set_keys_max = 100;

/// A key that is not used. Its kid is text of the set: not secret, and not to be trusted.
struct refused_key {
    std::size_t position;  ///< in the set, from 0
    std::string kid;       ///< empty when it has none
    key_fault why;
};

/// Immutable: a rotation makes a new one. Thread-safe. Movable.
class key_set {
public:
    /// A bad key is refused with its reason and the others are kept. Nothing when the text is
    /// larger than key_set_bytes_max or no strict JSON object with an array `keys`. Whether a set
    /// without any key is of use is the caller's to say.
    static std::optional<key_set> parse(std::string_view text, key_origin origin);

    /// The one key that is meant: by its name, or, for a token that names none, the only one that
    /// fits the algorithm. unknown_key or unfit_key.
    std::expected<const verification_key*, token_fault> choose(const jws_header& by) const;

    /// Whether the key is still in it: compares thumbprints.
    bool holds(const key_thumbprint& key) const noexcept;

    const std::vector<verification_key>& keys() const noexcept { return keys_; }
    const std::vector<refused_key>& refused() const noexcept { return refused_; }

private:
    key_set() = default;
    std::vector<verification_key> keys_;
    std::vector<refused_key> refused_;
};

/// Chooses the key, then checks the signature; the algorithm must be on the list before either.
/// Answers of the key it was.
std::expected<const verification_key*, token_fault> verify_signature(const jws& of,
                                                                     const key_set& keys,
                                                                     algorithm_set allowed);

}  // namespace headroom::auth
