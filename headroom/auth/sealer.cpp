#include "headroom/auth/sealer.hpp"

#include <openssl/core_names.h>
#include <openssl/kdf.h>
#include <openssl/params.h>
#include <openssl/rand.h>

#include <array>
#include <boost/assert.hpp>
#include <stdexcept>

#include "headroom/auth/detail/evp.hpp"

namespace headroom::auth {
namespace {

// version, nonce, ciphertext, tag
constexpr char sealed_version = 1;
constexpr std::size_t nonce_bytes = 12, tag_bytes = 16, sealed_key_bytes = 32;
constexpr std::size_t sealed_more_bytes = 1 + nonce_bytes + tag_bytes;

using cipher_context_ptr =
    std::unique_ptr<EVP_CIPHER_CTX, detail::freed_by<EVP_CIPHER_CTX_free>>;
using kdf_ptr = std::unique_ptr<EVP_KDF, detail::freed_by<EVP_KDF_free>>;
using kdf_context_ptr = std::unique_ptr<EVP_KDF_CTX, detail::freed_by<EVP_KDF_CTX_free>>;

unsigned char* bytes_of(std::string& text) {
    return reinterpret_cast<unsigned char*>(text.data());
}

void must_have_worked(bool how) {
    if (!how) throw std::runtime_error("OpenSSL does not seal");
}

cipher_context_ptr new_cipher() {
    cipher_context_ptr made(EVP_CIPHER_CTX_new());
    must_have_worked(made != nullptr);
    return made;
}

}  // namespace

sealer::sealer(sealing_secrets by, std::string purpose)
    : by_(std::move(by)), purpose_(std::move(purpose)) {
    BOOST_ASSERT(by_.now.reveal().size() >= secret_bytes_min);
    BOOST_ASSERT(by_.earlier.empty() || by_.earlier.reveal().size() >= secret_bytes_min);
}

std::string sealer::key_for(const secret& of, std::string_view name) const {
    const kdf_ptr hkdf(EVP_KDF_fetch(nullptr, "HKDF", nullptr));
    const kdf_context_ptr context(EVP_KDF_CTX_new(hkdf.get()));
    must_have_worked(context != nullptr);
    auto key = of.reveal(), info = purpose_ + '\0' + std::string(name);
    char hash[] = "SHA256";
    const std::array parameters{
        OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, hash, 0),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, key.data(), key.size()),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, info.data(), info.size()),
        OSSL_PARAM_construct_end()};
    std::string made(sealed_key_bytes, '\0');
    const bool done =
        EVP_KDF_derive(context.get(), bytes_of(made), made.size(), parameters.data()) == 1;
    wipe(key);
    wipe(info);
    must_have_worked(done);
    return made;
}

std::string sealer::seal(std::string_view name, const secret& text) const {
    const std::string_view plain = text.reveal();
    if (plain.size() > text_bytes_max) throw std::length_error("too much to seal");
    std::string made(sealed_more_bytes + plain.size(), '\0');
    made[0] = sealed_version;
    auto* const nonce = bytes_of(made) + 1;
    auto* const to = nonce + nonce_bytes;
    must_have_worked(RAND_bytes(nonce, nonce_bytes) == 1);
    auto key = key_for(by_.now, name);
    const auto context = new_cipher();
    int size = 0, rest = 0;
    const bool done =
        EVP_EncryptInit_ex2(context.get(), EVP_aes_256_gcm(), bytes_of(key), nonce, nullptr) == 1 &&
        EVP_EncryptUpdate(context.get(), to, &size, detail::octets(plain),
                          static_cast<int>(plain.size())) == 1 &&
        EVP_EncryptFinal_ex(context.get(), to + size, &rest) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_GET_TAG, tag_bytes, to + plain.size()) == 1;
    wipe(key);
    must_have_worked(done);
    return made;
}

std::optional<opened_text> sealer::open(std::string_view name, std::string_view sealed) const {
    if (auto text = open_by(by_.now, name, sealed)) return opened_text{*std::move(text)};
    if (by_.earlier.empty()) return std::nullopt;
    auto text = open_by(by_.earlier, name, sealed);
    if (!text) return std::nullopt;
    return opened_text{*std::move(text), true};
}

std::optional<secret> sealer::open_by(const secret& by, std::string_view name,
                                      std::string_view sealed) const {
    if (sealed.size() < sealed_more_bytes || sealed[0] != sealed_version ||
        sealed.size() > sealed_more_bytes + text_bytes_max)
        return std::nullopt;
    const auto nonce = sealed.substr(1, nonce_bytes);
    const auto body = sealed.substr(1 + nonce_bytes, sealed.size() - sealed_more_bytes);
    std::string tag(sealed.substr(sealed.size() - tag_bytes)), plain(body.size(), '\0');
    auto key = key_for(by, name);
    const auto context = new_cipher();
    int size = 0, rest = 0;
    const bool done =
        EVP_DecryptInit_ex2(context.get(), EVP_aes_256_gcm(), bytes_of(key),
                            detail::octets(nonce), nullptr) == 1 &&
        EVP_DecryptUpdate(context.get(), bytes_of(plain), &size, detail::octets(body),
                          static_cast<int>(body.size())) == 1 &&
        EVP_CIPHER_CTX_ctrl(context.get(), EVP_CTRL_GCM_SET_TAG, tag_bytes, tag.data()) == 1 &&
        EVP_DecryptFinal_ex(context.get(), bytes_of(plain) + size, &rest) == 1;
    wipe(key);
    secret opened(plain);
    wipe(plain);
    if (!done) return std::nullopt;
    return opened;
}

}  // namespace headroom::auth
