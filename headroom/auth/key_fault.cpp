#include "headroom/auth/key_fault.hpp"

namespace headroom::auth {

std::string_view to_string(key_fault fault) noexcept {
    switch (fault) {
        case key_fault::malformed: return "malformed";
        case key_fault::unknown_kind: return "unknown_kind";
        case key_fault::mismatch: return "mismatch";
        case key_fault::other_purpose: return "other_purpose";
        case key_fault::private_key: return "private_key";
        case key_fault::remote_secret: return "remote_secret";
        case key_fault::repeated_kid: return "repeated_kid";
        case key_fault::short_secret: return "short_secret";
        case key_fault::rsa_size: return "rsa_size";
        case key_fault::rsa_exponent: return "rsa_exponent";
        case key_fault::rsa_even: return "rsa_even";
        case key_fault::rsa_roca: return "rsa_roca";
        case key_fault::off_curve: return "off_curve";
        case key_fault::too_many: return "too_many";
    }
    return "unknown";
}

}  // namespace headroom::auth
