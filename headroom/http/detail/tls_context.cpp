#include "headroom/http/detail/tls_context.hpp"

#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <array>
#include <ctime>
#include <new>
#include <tuple>

#include "headroom/runtime/freed_by.hpp"

namespace headroom::http::detail {
namespace {

using bio = std::unique_ptr<BIO, freed_by<BIO_free_all>>;
using x509 = std::unique_ptr<X509, freed_by<X509_free>>;
using pkey = std::unique_ptr<EVP_PKEY, freed_by<EVP_PKEY_free>>;

constexpr char ciphers_of_12[] = "ECDHE+AESGCM:ECDHE+CHACHA20:!aNULL";
constexpr int security_level = 2;                // 112 bits: RSA from 2048, no SHA-1 signature
constexpr long client_chain_bytes_max = 32 * 1024;
constexpr unsigned char http_11[] = "\x08http/1.1";

[[noreturn]] void refuse(const std::string& path, std::string_view what) {
    ERR_clear_error();
    throw certificate_fault(fmt::format("{}: {}", path, what));
}

bio reader_of(const std::string& text) {
    bio made(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
    if (!made) throw std::bad_alloc();
    return made;
}

// OpenSSL's own would ask at the terminal.
int no_passphrase(char*, int, int, void*) { return -1; }

int choose_protocol(SSL*, const unsigned char** chosen, unsigned char* size,
                    const unsigned char* offered, unsigned offered_size, void*) {
    auto* found = const_cast<unsigned char**>(chosen);
    const int result = SSL_select_next_proto(found, size, http_11, sizeof http_11 - 1, offered,
                                             offered_size);
    return result == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

int verify_mode(client_proof clients) {
    if (clients == client_proof::none) return SSL_VERIFY_NONE;
    if (clients == client_proof::optional) return SSL_VERIFY_PEER;
    return SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT;
}

std::chrono::sys_seconds end_of(const X509& of) {
    std::tm at{};
    if (ASN1_TIME_to_tm(X509_get0_notAfter(&of), &at) != 1) return {};
    return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&at)));
}

}  // namespace

std::shared_ptr<ssl_ctx_st> make_tls_context(client_proof clients) {
    std::shared_ptr<SSL_CTX> made(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free);
    auto* const context = made.get();
    if (context == nullptr) throw std::bad_alloc();
    SSL_CTX_set_security_level(context, security_level);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_cipher_list(context, ciphers_of_12);
    SSL_CTX_set_options(context, SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION |
                                     SSL_OP_NO_TICKET | SSL_OP_CIPHER_SERVER_PREFERENCE |
                                     SSL_OP_PRIORITIZE_CHACHA);
    SSL_CTX_set_num_tickets(context, 0);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    SSL_CTX_set_mode(context, SSL_MODE_RELEASE_BUFFERS);  // of idle connections
    SSL_CTX_set_max_cert_list(context, client_chain_bytes_max);
    SSL_CTX_set_alpn_select_cb(context, choose_protocol, nullptr);
    SSL_CTX_set_verify(context, verify_mode(clients), nullptr);
    return made;
}

std::chrono::sys_seconds use_certificate(ssl_ctx_st& to, const std::string& pem,
                                         const std::string& path) {
    const auto text = reader_of(pem);
    const x509 first(PEM_read_bio_X509_AUX(text.get(), nullptr, no_passphrase, nullptr));
    if (!first) refuse(path, "holds no certificate");
    if (SSL_CTX_use_certificate(&to, first.get()) != 1)
        refuse(path, "its certificate is too weak, or of a kind nobody knows");
    while (x509 next{PEM_read_bio_X509(text.get(), nullptr, no_passphrase, nullptr)}) {
        if (SSL_CTX_add0_chain_cert(&to, next.get()) != 1) refuse(path, "its chain is no good");
        std::ignore = next.release();  // the context's own now
    }
    ERR_clear_error();  // the end of the text is one
    return end_of(*first);
}

void use_key(ssl_ctx_st& to, const secret& pem, const std::string& path) {
    const auto text = reader_of(pem.reveal());
    const pkey key(PEM_read_bio_PrivateKey(text.get(), nullptr, no_passphrase, nullptr));
    if (!key) refuse(path, "holds no private key, or one with a passphrase");
    if (SSL_CTX_use_PrivateKey(&to, key.get()) != 1 || SSL_CTX_check_private_key(&to) != 1)
        refuse(path, "is not the key of the certificate");
}

void trust_clients_of(ssl_ctx_st& to, const std::string& pem, const std::string& path) {
    const auto text = reader_of(pem);
    auto* const trusted = SSL_CTX_get_cert_store(&to);
    unsigned found = 0;
    while (x509 next{PEM_read_bio_X509(text.get(), nullptr, no_passphrase, nullptr)}) {
        if (X509_STORE_add_cert(trusted, next.get()) != 1 ||
            SSL_CTX_add_client_CA(&to, next.get()) != 1)
            refuse(path, "one of its authorities is no good");
        ++found;
    }
    ERR_clear_error();
    if (found == 0) refuse(path, "holds no certificate of an authority");
}

std::optional<client_certificate> proved_by(ssl_st& session) {
    auto* const shown = SSL_get0_peer_certificate(&session);
    if (shown == nullptr || SSL_get_verify_result(&session) != X509_V_OK) return std::nullopt;
    const bio name(BIO_new(BIO_s_mem()));
    if (!name) throw std::bad_alloc();
    X509_NAME_print_ex(name.get(), X509_get_subject_name(shown), 0, XN_FLAG_RFC2253);
    char* text = nullptr;
    const auto size = BIO_get_mem_data(name.get(), &text);
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned digest_size = 0;
    X509_digest(shown, EVP_sha256(), digest.data(), &digest_size);
    client_certificate out{std::string(text, static_cast<std::size_t>(size)), {}};
    for (unsigned i = 0; i < digest_size; ++i)
        out.fingerprint += fmt::format("{:02x}", digest[i]);
    return out;
}

}  // namespace headroom::http::detail
