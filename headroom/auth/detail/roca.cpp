#include "headroom/auth/detail/roca.hpp"

namespace headroom::auth::detail {
namespace {

constexpr unsigned long roca_generator = 65537;
// The first 39 primes without 2, which are all that a generator of 512-bit primes goes by.
constexpr unsigned long roca_primes[] = {3,   5,   7,   11,  13,  17,  19,  23,  29,  31,
                                         37,  41,  43,  47,  53,  59,  61,  67,  71,  73,
                                         79,  83,  89,  97,  101, 103, 107, 109, 113, 127,
                                         131, 137, 139, 149, 151, 157, 163, 167};

bool is_power_of_generator(unsigned long value, unsigned long prime) {
    unsigned long power = 1;
    do {
        if (power == value) return true;
        power = power * roca_generator % prime;
    } while (power != 1);
    return false;
}

}  // namespace

bool has_roca_fingerprint(const BIGNUM& modulus) {
    for (const auto prime : roca_primes)
        if (!is_power_of_generator(BN_mod_word(&modulus, prime), prime)) return false;
    return true;
}

}  // namespace headroom::auth::detail
