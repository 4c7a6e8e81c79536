#include "headroom/runtime/tls_stream.hpp"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509_vfy.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <boost/assert.hpp>
#include <cerrno>
#include <limits>
#include <new>

namespace headroom {
namespace {

using need = socket_progress::need;

// OpenSSL's own socket BIO writes without MSG_NOSIGNAL, and a SIGPIPE would end the process.

int socket_of(BIO* of) { return *static_cast<const int*>(BIO_get_data(of)); }

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

int as_int(std::size_t bytes) {
    return static_cast<int>(std::min<std::size_t>(bytes, std::numeric_limits<int>::max()));
}

}  // namespace

void tls_stream::freed::operator()(ssl_st* of) const noexcept { SSL_free(of); }

tls_stream::tls_stream(ssl_ctx_st& terms, int socket, side as)
    : socket_(socket), of_(SSL_new(&terms)) {
    auto* const bio = of_ == nullptr ? nullptr : BIO_new(quiet_socket());
    if (bio == nullptr) throw std::bad_alloc();
    BIO_set_data(bio, &socket_);
    SSL_set_bio(of_.get(), bio, bio);
    SSL_set_mode(of_.get(), SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
    as == side::client ? SSL_set_connect_state(of_.get()) : SSL_set_accept_state(of_.get());
}

tls_stream::~tls_stream() = default;

socket_progress tls_stream::judge(int result) noexcept {
    switch (SSL_get_error(of_.get(), result)) {
        case SSL_ERROR_WANT_READ:
            return {.wants = need::readable};
        case SSL_ERROR_WANT_WRITE:
            return {.wants = need::writable};
        case SSL_ERROR_ZERO_RETURN:
            return {.ended = true};
        default:
            break;
    }
    code_ = ERR_get_error();
    ERR_clear_error();  // it is the thread's, and the next connection's
    broken_ = true;
    return {.failed = true};
}

socket_progress tls_stream::handshake() noexcept {
    ERR_clear_error();
    const int result = SSL_do_handshake(of_.get());
    return result == 1 ? socket_progress{} : judge(result);
}

socket_progress tls_stream::receive(std::span<char> into) noexcept {
    BOOST_ASSERT(!into.empty());
    ERR_clear_error();
    const int got = SSL_read(of_.get(), into.data(), as_int(into.size()));
    return got > 0 ? socket_progress{.bytes = static_cast<std::size_t>(got)} : judge(got);
}

socket_progress tls_stream::send(std::string_view bytes) noexcept {
    BOOST_ASSERT(!bytes.empty());
    ERR_clear_error();
    const int sent = SSL_write(of_.get(), bytes.data(), as_int(bytes.size()));
    return sent > 0 ? socket_progress{.bytes = static_cast<std::size_t>(sent)} : judge(sent);
}

void tls_stream::say_goodbye() noexcept {
    if (!broken_ && SSL_is_init_finished(of_.get()) == 1) SSL_shutdown(of_.get());
    ERR_clear_error();
}

std::string tls_stream::why() const {
    const auto verified = SSL_get_verify_result(of_.get());
    if (verified != X509_V_OK) return X509_verify_cert_error_string(verified);
    if (code_ == 0) return "the other side hung up";
    std::array<char, 120> text{};
    ERR_error_string_n(code_, text.data(), text.size());
    return text.data();
}

}  // namespace headroom
