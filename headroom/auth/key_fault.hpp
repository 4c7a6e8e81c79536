// auth/key_fault.hpp: why a key of a set is not used.
#pragma once
#include <string_view>

namespace headroom::auth {

enum class key_fault {
    malformed,      ///< a member is missing, of another kind or not canonical
    unknown_kind,   ///< a `kty` or `crv` nobody here knows; other software may
    mismatch,       ///< `crv` is none of `kty`'s, `alg` none of the key's
    other_purpose,  ///< `use` is not "sig", or `key_ops` is without "verify"
    private_key,    ///< it holds what only its owner may know
    remote_secret,  ///< a symmetric key in a set that came over the network
    repeated_kid,   ///< the set has another key of this name; neither is used
    short_secret,   ///< shorter than the hash
    rsa_size,       ///< fewer than 2048 bits, or more than 8192
    rsa_exponent,   ///< 1, even, or of more than 64 bits
    rsa_even,       ///< the modulus is even
    rsa_roca,       ///< a modulus of the generator of CVE-2017-15361
    off_curve,      ///< no point of the curve
    too_many,       ///< behind the most keys a set may have
};

/// "rsa_exponent", for logs and metrics.
std::string_view to_string(key_fault fault) noexcept;

}  // namespace headroom::auth
