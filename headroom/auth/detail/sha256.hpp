// auth/detail/sha256.hpp: digests as bytes.
#pragma once
#include <openssl/evp.h>

#include <new>
#include <string>
#include <string_view>

#include "headroom/auth/detail/evp.hpp"

namespace headroom::auth::detail {

/// The digest of `text`, as long as the hash.
inline std::string digest(const EVP_MD* hash, std::string_view text) {
    std::string made(static_cast<std::size_t>(EVP_MD_get_size(hash)), '\0');
    auto* const to = reinterpret_cast<unsigned char*>(made.data());
    if (EVP_Digest(text.data(), text.size(), to, nullptr, hash, nullptr) != 1)
        throw std::bad_alloc();
    return made;
}

inline std::string sha256(std::string_view text) { return digest(EVP_sha256(), text); }

}  // namespace headroom::auth::detail
