// auth/detail/signature_check.hpp: signatures of one key and one algorithm.
#pragma once
#include <string_view>

#include "headroom/auth/algorithm.hpp"
#include "headroom/auth/detail/evp.hpp"

namespace headroom::auth::detail {

/// Holds a context that is initialised once; a check copies it. That is as fast as OpenSSL's own
/// speed test, where a new context for each check costs a third more. Thread-safe.
class signature_check {
public:
    /// Shares `key`. Throws std::runtime_error when OpenSSL refuses.
    signature_check(EVP_PKEY& key, algorithm of);

    /// `signature` as OpenSSL reads it: DER for ECDSA.
    bool accepts(std::string_view text, std::string_view signature) const;

private:
    digest_context_ptr ready_;
};

/// HMAC of `text`, compared in constant time.
bool is_hmac(std::string_view secret, algorithm of, std::string_view text,
             std::string_view signature);

}  // namespace headroom::auth::detail
