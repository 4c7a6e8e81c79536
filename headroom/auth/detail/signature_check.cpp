#include "headroom/auth/detail/signature_check.hpp"

#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/rsa.h>

#include <array>
#include <boost/assert.hpp>
#include <new>
#include <stdexcept>

namespace headroom::auth::detail {
namespace {

const EVP_MD* hash_of(algorithm of) {
    if (kind_for(of) == key_kind::ed25519) return nullptr;  // it has its own
    switch (hash_bytes(of)) {
        case 32: return EVP_sha256();
        case 48: return EVP_sha384();
        default: return EVP_sha512();
    }
}

bool uses_pss(algorithm of) {
    return of == algorithm::ps256 || of == algorithm::ps384 || of == algorithm::ps512;
}

}  // namespace

signature_check::signature_check(EVP_PKEY& key, algorithm of) : ready_(EVP_MD_CTX_new()) {
    EVP_PKEY_CTX* settings = nullptr;
    const auto* hash = hash_of(of);
    if (!ready_ || EVP_DigestVerifyInit(ready_.get(), &settings, hash, nullptr, &key) != 1)
        throw std::runtime_error("OpenSSL does not check signatures of this kind");
    if (uses_pss(of) &&
        (EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) != 1 ||
         EVP_PKEY_CTX_set_rsa_mgf1_md(settings, hash) != 1 ||
         EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, RSA_PSS_SALTLEN_DIGEST) != 1))
        throw std::runtime_error("OpenSSL does not know PSS");
}

bool signature_check::accepts(std::string_view text, std::string_view signature) const {
    const digest_context_ptr copy(EVP_MD_CTX_new());
    if (!copy || EVP_MD_CTX_copy_ex(copy.get(), ready_.get()) != 1) throw std::bad_alloc();
    // Else OpenSSL copies it once more, so that it could be used again.
    EVP_MD_CTX_set_flags(copy.get(), EVP_MD_CTX_FLAG_FINALISE);
    const bool valid = EVP_DigestVerify(copy.get(), octets(signature), signature.size(),
                                        octets(text), text.size()) == 1;
    if (!valid) ERR_clear_error();  // or the thread's queue of them grows
    return valid;
}

bool is_hmac(std::string_view secret, algorithm of, std::string_view text,
             std::string_view signature) {
    BOOST_ASSERT(kind_for(of) == key_kind::octets);
    std::array<unsigned char, EVP_MAX_MD_SIZE> expected{};
    unsigned length = 0;
    if (HMAC(hash_of(of), secret.data(), static_cast<int>(secret.size()), octets(text),
             text.size(), expected.data(), &length) == nullptr)
        throw std::runtime_error("OpenSSL does not know HMAC");
    return signature.size() == length &&
           CRYPTO_memcmp(expected.data(), signature.data(), length) == 0;
}

}  // namespace headroom::auth::detail
