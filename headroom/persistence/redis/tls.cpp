#include "headroom/persistence/redis/tls.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/assert.hpp>
#include <cerrno>
#include <limits>

#include "headroom/persistence/error.hpp"

namespace headroom::redis {
namespace {

using persistence::connection_lost;
using need = progress::need;

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL, and a SIGPIPE would end the process.

int socket_of(BIO* of) {
    return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(of)));
}

int moved(BIO* on, ssize_t bytes, int retry) {
    BIO_clear_retry_flags(on);
    if (bytes < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
        BIO_set_flags(on, retry | BIO_FLAGS_SHOULD_RETRY);
    return static_cast<int>(bytes);
}

int write_to(BIO* on, const char* bytes, int size) {
    return moved(on, ::send(socket_of(on), bytes, static_cast<std::size_t>(size), MSG_NOSIGNAL),
                 BIO_FLAGS_WRITE);
}

int read_from(BIO* on, char* bytes, int size) {
    return moved(on, ::recv(socket_of(on), bytes, static_cast<std::size_t>(size), 0),
                 BIO_FLAGS_READ);
}

long control(BIO*, int what, long, void*) { return what == BIO_CTRL_FLUSH ? 1 : 0; }

const BIO_METHOD* quiet_socket() {
    static const std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> method = [] {
        std::unique_ptr<BIO_METHOD, decltype(&BIO_meth_free)> made(
            BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "quiet socket"),
            &BIO_meth_free);
        BIO_meth_set_write(made.get(), write_to);
        BIO_meth_set_read(made.get(), read_from);
        BIO_meth_set_ctrl(made.get(), control);
        BIO_meth_set_create(made.get(), [](BIO* on) {
            BIO_set_init(on, 1);
            return 1;
        });
        return made;
    }();
    return method.get();
}

bool is_address(const std::string& name) {
    std::array<unsigned char, sizeof(in6_addr)> bytes{};
    return ::inet_pton(AF_INET, name.c_str(), bytes.data()) == 1 ||
           ::inet_pton(AF_INET6, name.c_str(), bytes.data()) == 1;
}

int as_int(std::size_t bytes) {
    return static_cast<int>(
        std::min<std::size_t>(bytes, std::numeric_limits<int>::max()));
}

}  // namespace

struct tls_session::handles {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                              &SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> session{nullptr, &SSL_free};
};

tls_session::tls_session(const tls_terms& terms, int socket) : of_(std::make_unique<handles>()) {
    auto* const context = of_->context.get();
    if (context == nullptr) throw std::bad_alloc();
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_mode(context, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    const bool trusts = terms.authorities.empty()
                            ? SSL_CTX_set_default_verify_paths(context) == 1
                            : SSL_CTX_load_verify_file(context, terms.authorities.c_str()) == 1;
    if (!trusts) {
        ERR_clear_error();
        throw connection_lost("SSL: the certificates of the authorities cannot be read");
    }
    SSL_CTX_set_verify(context, terms.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    of_->session.reset(SSL_new(context));
    auto* const session = of_->session.get();
    auto* const bio = BIO_new(quiet_socket());
    if (session == nullptr || bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
    SSL_set_bio(session, bio, bio);
    SSL_set_connect_state(session);
    const char* const name = terms.name.c_str();
    const bool numeric = is_address(terms.name);
    if (!numeric) SSL_set_tlsext_host_name(session, name);
    if (!terms.verify) return;
    const int checks = numeric ? X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(session), name)
                               : SSL_set1_host(session, name);
    if (checks != 1) throw connection_lost("SSL: the server's name cannot be checked");
}

tls_session::~tls_session() = default;

progress tls_session::judge(int result, bool handshake) {
    switch (SSL_get_error(of_->session.get(), result)) {
        case SSL_ERROR_WANT_READ: return {0, need::readable};
        case SSL_ERROR_WANT_WRITE: return {0, need::writable};
        case SSL_ERROR_ZERO_RETURN: return {.ended = true};
        default: break;
    }
    std::array<char, 120> text{"the other side hung up"};
    if (const auto code = ERR_get_error(); code != 0)
        ERR_error_string_n(code, text.data(), text.size());
    ERR_clear_error();
    const auto verified = SSL_get_verify_result(of_->session.get());
    const auto* const why = verified != X509_V_OK ? X509_verify_cert_error_string(verified)
                                                  : static_cast<const char*>(text.data());
    throw connection_lost(fmt::format("SSL {}: {}", handshake ? "handshake failed" : "ended", why));
}

progress tls_session::handshake() {
    ERR_clear_error();
    const int result = SSL_do_handshake(of_->session.get());
    return result == 1 ? progress{} : judge(result, true);
}

progress tls_session::receive(std::span<char> into) {
    BOOST_ASSERT(!into.empty());
    ERR_clear_error();
    const int got = SSL_read(of_->session.get(), into.data(), as_int(into.size()));
    return got > 0 ? progress{.bytes = static_cast<std::size_t>(got)} : judge(got, false);
}

progress tls_session::send(std::string_view bytes) {
    BOOST_ASSERT(!bytes.empty());
    ERR_clear_error();
    const int sent = SSL_write(of_->session.get(), bytes.data(), as_int(bytes.size()));
    return sent > 0 ? progress{.bytes = static_cast<std::size_t>(sent)} : judge(sent, false);
}

void tls_session::say_goodbye() noexcept {
    if (SSL_is_init_finished(of_->session.get()) == 1) SSL_shutdown(of_->session.get());
    ERR_clear_error();
}

}  // namespace headroom::redis
