#include "headroom/testing/tls_client.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <stdexcept>
#include <system_error>
#include <utility>

#include "headroom/testing/detail/take_until.hpp"

namespace headroom::testing {
namespace {

constexpr timeval wait_max{.tv_sec = 10, .tv_usec = 0};

[[noreturn]] void fail(const char* what) {
    std::array<char, 200> text{};
    ERR_error_string_n(ERR_get_error(), text.data(), text.size());
    ERR_clear_error();
    throw std::runtime_error(std::string(what) + ": " + text.data());
}

int connected_to(std::uint16_t port) {
    const int made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in to{};
    to.sin_family = AF_INET;
    to.sin_port = htons(port);
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &wait_max, sizeof wait_max);
    ::setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &wait_max, sizeof wait_max);
    if (::connect(made, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) return made;
    const int why = errno;
    ::close(made);
    throw std::system_error(why, std::generic_category(), "connect");
}

}  // namespace

struct tls_client::handles {
    explicit handles(std::uint16_t port) : socket(connected_to(port)) {}
    ~handles() {
        session.reset();
        ::close(socket);
    }
    const int socket;
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                              &SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> session{nullptr, &SSL_free};
};

tls_client::tls_client(std::uint16_t port, const tls_client_terms& terms)
    : of_(std::make_unique<handles>(port)) {
    auto* const context = of_->context.get();
    if (SSL_CTX_load_verify_file(context, terms.authority.c_str()) != 1) fail("authority");
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    if (!terms.certificate.empty() &&
        (SSL_CTX_use_certificate_chain_file(context, terms.certificate.c_str()) != 1 ||
         SSL_CTX_use_PrivateKey_file(context, terms.key.c_str(), SSL_FILETYPE_PEM) != 1))
        fail("certificate");
    of_->session.reset(SSL_new(context));
    SSL_set_fd(of_->session.get(), of_->socket);
    if (SSL_connect(of_->session.get()) != 1) fail("handshake");
}

tls_client::~tls_client() = default;

void tls_client::send(std::string_view text) {
    if (SSL_write(of_->session.get(), text.data(), static_cast<int>(text.size())) <= 0)
        fail("send");
}

bool tls_client::read_more() {
    std::array<char, 4096> part;
    const int got = SSL_read(of_->session.get(), part.data(), static_cast<int>(part.size()));
    if (got > 0) {
        read_.append(part.data(), static_cast<std::size_t>(got));
        return true;
    }
    if (SSL_get_error(of_->session.get(), got) != SSL_ERROR_ZERO_RETURN) fail("receive");
    return false;
}

std::string tls_client::rest() {
    while (read_more()) {
    }
    return std::exchange(read_, {});
}

std::string tls_client::until(std::string_view mark) {
    return detail::take_until(read_, mark, [this] { return read_more(); });
}

std::string tls_client::serial() const {
    const auto* const shown = SSL_get0_peer_certificate(of_->session.get());
    const std::unique_ptr<BIGNUM, decltype(&BN_free)> number(
        ASN1_INTEGER_to_BN(X509_get0_serialNumber(shown), nullptr), &BN_free);
    char* const digits = BN_bn2hex(number.get());
    std::string out(digits);
    OPENSSL_free(digits);
    return out;
}

}  // namespace headroom::testing
