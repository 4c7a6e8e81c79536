// auth/token_fixture.hpp: keys, and tokens signed with them, for tests and measurements.
#pragma once
#include <fmt/format.h>
#include <openssl/core_names.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include <array>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "headroom/auth/base64url.hpp"
#include "headroom/auth/detail/evp.hpp"
#include "headroom/auth/detail/public_key.hpp"
#include "headroom/runtime/secret.hpp"

namespace headroom::auth::fixture {

inline void must(bool holds) {
    if (!holds) throw std::runtime_error("OpenSSL refused what a test asked");
}

inline const EVP_MD* hash_for(algorithm of) {
    if (kind_for(of) == key_kind::ed25519) return nullptr;
    return hash_bytes(of) == 32 ? EVP_sha256() : hash_bytes(of) == 48 ? EVP_sha384() : EVP_sha512();
}

inline std::string number_of(EVP_PKEY* key, const char* name, std::size_t bytes = 0) {
    BIGNUM* read = nullptr;
    must(EVP_PKEY_get_bn_param(key, name, &read) == 1);
    const detail::number_ptr number(read);
    const auto least = static_cast<std::size_t>(BN_num_bytes(read));
    std::string made(std::max(bytes, least), '\0');
    BN_bn2binpad(read, reinterpret_cast<unsigned char*>(made.data()),
                 static_cast<int>(made.size()));
    return made;
}

/// DER of two INTEGERs as r and s, each of `half` bytes.
inline std::string two_numbers(std::string_view der, std::size_t half) {
    const auto* at = reinterpret_cast<const unsigned char*>(der.data());
    ECDSA_SIG* read = d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size()));
    must(read != nullptr);
    std::string made(2 * half, '\0');
    auto* to = reinterpret_cast<unsigned char*>(made.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(read), to, static_cast<int>(half));
    BN_bn2binpad(ECDSA_SIG_get0_s(read), to + half, static_cast<int>(half));
    ECDSA_SIG_free(read);
    return made;
}

/// A private key and its public JWK.
class signing_key {
public:
    signing_key(key_kind kind, std::string kid) : kind_(kind), kid_(std::move(kid)) {
        switch (kind) {
            case key_kind::rsa: key_.reset(EVP_RSA_gen(2048U)); break;
            case key_kind::p256: key_.reset(EVP_EC_gen("P-256")); break;
            case key_kind::p384: key_.reset(EVP_EC_gen("P-384")); break;
            case key_kind::p521: key_.reset(EVP_EC_gen("P-521")); break;
            default: key_.reset(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
        }
        must(key_ != nullptr);
    }

    EVP_PKEY* key() const { return key_.get(); }
    const std::string& kid() const { return kid_; }

    /// Without braces: `"kty":"EC","crv":...`.
    std::string numbers() const {
        const auto text = [](std::string_view octets) { return to_base64url(octets); };
        if (kind_ == key_kind::rsa)
            return fmt::format(R"("kty":"RSA","n":"{}","e":"{}")",
                               text(number_of(key(), OSSL_PKEY_PARAM_RSA_N)),
                               text(number_of(key(), OSSL_PKEY_PARAM_RSA_E)));
        if (kind_ == key_kind::ed25519) {
            std::string point(32, '\0');
            auto size = point.size();
            must(EVP_PKEY_get_raw_public_key(
                     key(), reinterpret_cast<unsigned char*>(point.data()), &size) == 1);
            return fmt::format(R"("kty":"OKP","crv":"Ed25519","x":"{}")", text(point));
        }
        const auto size = detail::coordinate_bytes(kind_);
        const auto* crv = size == 32 ? "P-256" : size == 48 ? "P-384" : "P-521";
        return fmt::format(R"("kty":"EC","crv":"{}","x":"{}","y":"{}")", crv,
                           text(number_of(key(), OSSL_PKEY_PARAM_EC_PUB_X, size)),
                           text(number_of(key(), OSSL_PKEY_PARAM_EC_PUB_Y, size)));
    }

    /// `more` are members, each with a comma before it.
    std::string jwk(std::string_view more = {}) const {
        return fmt::format(R"({{{},"kid":"{}"{}}})", numbers(), kid_, more);
    }

    /// `salt` in bytes for PSS; -1: as long as the hash.
    std::string sign(algorithm by, std::string_view text, int salt = RSA_PSS_SALTLEN_DIGEST) const {
        const detail::digest_context_ptr context(EVP_MD_CTX_new());
        EVP_PKEY_CTX* settings = nullptr;
        must(EVP_DigestSignInit(context.get(), &settings, hash_for(by), nullptr, key()) == 1);
        if (to_string(by).starts_with("PS"))
            must(EVP_PKEY_CTX_set_rsa_padding(settings, RSA_PKCS1_PSS_PADDING) == 1 &&
                 EVP_PKEY_CTX_set_rsa_pss_saltlen(settings, salt) == 1);
        std::string made(1024, '\0');
        auto size = made.size();
        must(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(made.data()), &size,
                            reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1);
        made.resize(size);
        const bool curve = kind_ != key_kind::rsa && kind_ != key_kind::ed25519;
        return curve ? two_numbers(made, detail::coordinate_bytes(kind_)) : made;
    }

    /// A compact JWS over two texts as they are.
    std::string token(algorithm by, std::string_view header, std::string_view payload) const {
        const auto text = to_base64url(header) + "." + to_base64url(payload);
        return text + "." + to_base64url(sign(by, text));
    }
    /// With a header of `alg`, `kid` and "at+jwt".
    std::string token(algorithm by, std::string_view payload) const {
        return token(by, fmt::format(R"({{"alg":"{}","kid":"{}","typ":"at+jwt"}})", to_string(by),
                                     kid_), payload);
    }

private:
    key_kind kind_;
    std::string kid_;
    detail::pkey_ptr key_;
};

/// A private key as a setting holds it.
inline secret pem_of(EVP_PKEY* key) {
    auto* const to = BIO_new(BIO_s_mem());
    must(PEM_write_bio_PrivateKey(to, key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(to, &text);
    secret made(std::string(text, static_cast<std::size_t>(size)));
    BIO_free_all(to);
    return made;
}

/// One of each kind for a whole program: RSA keys take long to make.
inline const signing_key& key_of(key_kind kind) {
    static const std::array keys{
        signing_key(key_kind::rsa, "rsa-1"), signing_key(key_kind::p256, "p256-1"),
        signing_key(key_kind::p384, "p384-1"), signing_key(key_kind::p521, "p521-1"),
        signing_key(key_kind::ed25519, "ed-1")};
    return keys.at(static_cast<std::size_t>(kind));
}

inline std::string hmac(algorithm by, std::string_view secret, std::string_view text) {
    std::string made(hash_bytes(by), '\0');
    unsigned size = 0;
    must(HMAC(hash_for(by), secret.data(), static_cast<int>(secret.size()),
              reinterpret_cast<const unsigned char*>(text.data()), text.size(),
              reinterpret_cast<unsigned char*>(made.data()), &size) != nullptr);
    return made;
}

/// A JWS under a secret, with the header as it is.
inline std::string hmac_token(algorithm by, std::string_view secret, std::string_view header,
                              std::string_view payload) {
    const auto text = to_base64url(header) + "." + to_base64url(payload);
    return text + "." + to_base64url(hmac(by, secret, text));
}

/// A JWK set of JWKs.
inline std::string set_of(const std::vector<std::string>& jwks) {
    return fmt::format(R"({{"keys":[{}]}})", fmt::join(jwks, ","));
}

}  // namespace headroom::auth::fixture
