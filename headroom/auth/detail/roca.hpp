// auth/detail/roca.hpp: moduli of one generator that made keys anybody can factor.
#pragma once
#include <openssl/bn.h>

namespace headroom::auth::detail {

/// Whether the modulus has the fingerprint of CVE-2017-15361 (Nemec and others, "The Return of
/// Coppersmith's Attack", 2017, section 3): modulo each small prime it is a power of 65537. Of
/// other moduli about one in 2^28 has it.
bool has_roca_fingerprint(const BIGNUM& modulus);

}  // namespace headroom::auth::detail
