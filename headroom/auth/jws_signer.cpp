#include "headroom/auth/jws_signer.hpp"

#include <openssl/bio.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/pem.h>

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <optional>
#include <stdexcept>

#include "headroom/auth/base64url.hpp"
#include "headroom/auth/detail/evp.hpp"
#include "headroom/auth/detail/public_key.hpp"

namespace headroom::auth {

struct jws_signer::body {
    detail::pkey_ptr key;
    algorithm by;
    std::string kid;
};

namespace {

using bio_ptr = std::unique_ptr<BIO, detail::freed_by<BIO_free_all>>;
using ecdsa_ptr = std::unique_ptr<ECDSA_SIG, detail::freed_by<ECDSA_SIG_free>>;

/// Nothing for an encrypted key: nobody is there to ask.
int no_passphrase(char*, int, int, void*) { return -1; }

std::optional<algorithm> by_curve(const EVP_PKEY& key) {
    char name[32] = {};
    if (EVP_PKEY_get_utf8_string_param(&key, OSSL_PKEY_PARAM_GROUP_NAME, name, sizeof name,
                                       nullptr) != 1)
        return std::nullopt;
    const std::string_view curve = name;
    if (curve == "prime256v1") return algorithm::es256;
    if (curve == "secp384r1") return algorithm::es384;
    if (curve == "secp521r1") return algorithm::es512;
    return std::nullopt;
}

std::optional<algorithm> algorithm_for(const EVP_PKEY& key) {
    if (EVP_PKEY_is_a(&key, "EC") == 1) return by_curve(key);
    if (EVP_PKEY_is_a(&key, "ED25519") == 1) return algorithm::eddsa;
    const auto bits = EVP_PKEY_get_bits(&key);
    const bool fits = bits >= detail::rsa_bits_min && bits <= detail::rsa_bits_max;
    return EVP_PKEY_is_a(&key, "RSA") == 1 && fits ? std::optional(algorithm::rs256) : std::nullopt;
}

const EVP_MD* signing_hash(algorithm by) {
    if (kind_for(by) == key_kind::ed25519) return nullptr;
    switch (hash_bytes(by)) {
        case 32: return EVP_sha256();
        case 48: return EVP_sha384();
        default: return EVP_sha512();
    }
}

void must_sign(bool how) {
    if (!how) throw std::runtime_error("OpenSSL does not sign");
}

/// r and s of a DER signature, each as long as the curve's numbers (RFC 7518, 3.4).
std::string halves_of(std::string_view der, std::size_t half) {
    const auto* at = detail::octets(der);
    const ecdsa_ptr read(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(der.size())));
    must_sign(read != nullptr);
    std::string made(2 * half, '\0');
    auto* const to = reinterpret_cast<unsigned char*>(made.data());
    const auto size = static_cast<int>(half);
    must_sign(BN_bn2binpad(ECDSA_SIG_get0_r(read.get()), to, size) == size &&
              BN_bn2binpad(ECDSA_SIG_get0_s(read.get()), to + half, size) == size);
    return made;
}

std::string signature_of(EVP_PKEY* key, algorithm by, std::string_view text) {
    const detail::digest_context_ptr context(EVP_MD_CTX_new());
    must_sign(EVP_DigestSignInit(context.get(), nullptr, signing_hash(by), nullptr, key) == 1);
    std::size_t size = 0;
    must_sign(EVP_DigestSign(context.get(), nullptr, &size, detail::octets(text), text.size()) ==
              1);
    std::string made(size, '\0');
    must_sign(EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(made.data()), &size,
                             detail::octets(text), text.size()) == 1);
    made.resize(size);
    const auto kind = kind_for(by);
    const bool on_curve = kind != key_kind::rsa && kind != key_kind::ed25519;
    return on_curve ? halves_of(made, detail::coordinate_bytes(kind)) : made;
}

}  // namespace

std::expected<jws_signer, std::string> jws_signer::from_pem(const secret& pem, std::string kid) {
    const auto& text = pem.reveal();
    if (text.size() > pem_bytes_max) return std::unexpected("the key has more bytes than are read");
    const bio_ptr from(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (from == nullptr) throw std::bad_alloc();
    detail::pkey_ptr key(PEM_read_bio_PrivateKey(from.get(), nullptr, no_passphrase, nullptr));
    if (key == nullptr) return std::unexpected("the key is no private key in PEM, not encrypted");
    const auto by = algorithm_for(*key);
    if (!by)
        return std::unexpected("the key is none of RSA of 2048 to 8192 bits, P-256, P-384, P-521 "
                               "and Ed25519");
    return jws_signer(std::make_unique<const body>(body{std::move(key), *by, std::move(kid)}));
}

jws_signer::jws_signer(std::unique_ptr<const body> of) : body_(std::move(of)) {}
jws_signer::jws_signer(jws_signer&&) noexcept = default;
jws_signer& jws_signer::operator=(jws_signer&&) noexcept = default;
jws_signer::~jws_signer() = default;

algorithm jws_signer::by() const noexcept { return body_->by; }

std::string jws_signer::sign(std::string_view payload, std::string_view typ) const {
    boost::json::object header{{"alg", to_string(body_->by)}};
    if (!body_->kid.empty()) header["kid"] = body_->kid;
    if (!typ.empty()) header["typ"] = typ;
    const auto text = to_base64url(boost::json::serialize(header)) + "." + to_base64url(payload);
    return text + "." + to_base64url(signature_of(body_->key.get(), body_->by, text));
}

}  // namespace headroom::auth
