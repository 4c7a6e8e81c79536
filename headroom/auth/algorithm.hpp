// auth/algorithm.hpp: the signature algorithms there are, and which of them are allowed.
//
// RFC 7518, section 3; RFC 8037; RFC 9864. There is no "none", and ES256K is not among them.
#pragma once
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace headroom::auth {

enum class algorithm : std::uint8_t {
    rs256, rs384, rs512,  ///< RSA with PKCS#1 v1.5 padding
    ps256, ps384, ps512,  ///< RSA with PSS padding, a salt as long as the hash
    es256, es384, es512,  ///< ECDSA on P-256, P-384, P-521
    eddsa,                ///< by its old name, here on Ed25519 only
    ed25519,              ///< by the name that says which (RFC 9864)
    hs256, hs384, hs512,  ///< HMAC; with keys of local sets only
};
inline constexpr unsigned algorithm_count = 14;

/// "RS256", with this case and no other.
std::string_view to_string(algorithm of) noexcept;
std::optional<algorithm> algorithm_named(std::string_view name) noexcept;

/// What a key has to be for an algorithm.
enum class key_kind : std::uint8_t { rsa, p256, p384, p521, ed25519, octets };

key_kind kind_for(algorithm of) noexcept;
/// Of the algorithm's hash: 32, 48 or 64; an HMAC secret must be as long (RFC 7518, 3.2).
std::size_t hash_bytes(algorithm of) noexcept;

/// A list of algorithms. Copyable value.
class algorithm_set {
public:
    constexpr algorithm_set() = default;
    constexpr algorithm_set(std::initializer_list<algorithm> of) {
        for (const auto each : of) add(each);
    }
    constexpr void add(algorithm each) { bits_ |= bit(each); }
    constexpr bool contains(algorithm each) const { return (bits_ & bit(each)) != 0; }
    constexpr bool empty() const { return bits_ == 0; }
    constexpr bool operator==(const algorithm_set&) const = default;

private:
    static constexpr std::uint32_t bit(algorithm of) { return 1U << static_cast<unsigned>(of); }
    std::uint32_t bits_ = 0;
};

/// Every one that is verified with a public key.
inline constexpr algorithm_set public_key_algorithms = {
    algorithm::rs256, algorithm::rs384, algorithm::rs512, algorithm::ps256,
    algorithm::ps384, algorithm::ps512, algorithm::es256, algorithm::es384,
    algorithm::es512, algorithm::eddsa, algorithm::ed25519};

}  // namespace headroom::auth
