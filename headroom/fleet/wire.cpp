#include "headroom/fleet/wire.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>

#include "headroom/persistence/error.hpp"

namespace headroom::fleet {
namespace {

using persistence::connection_lost;
using persistence::deadline_passed;

constexpr std::size_t receive_bytes_max = 64 << 10;
constexpr unsigned reads_max = 256;  // of a server that still sends, before others get their turn

struct address {
    sockaddr_storage at{};
    socklen_t size = 0;
};

address of_socket(const std::string& path) {
    address made;
    auto& un = reinterpret_cast<sockaddr_un&>(made.at);
    un.sun_family = AF_UNIX;
    if (path.size() >= sizeof un.sun_path) throw connection_lost("the socket's path is too long");
    std::memcpy(un.sun_path, path.c_str(), path.size() + 1);
    made.size = sizeof un;
    return made;
}

address of_target(const wire_target& to) {
    if (!to.socket.empty()) return of_socket(to.socket);
    address made;
    auto& four = reinterpret_cast<sockaddr_in&>(made.at);
    auto& six = reinterpret_cast<sockaddr_in6&>(made.at);
    if (inet_pton(AF_INET, to.address.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons(static_cast<std::uint16_t>(to.port));
        made.size = sizeof four;
    } else if (inet_pton(AF_INET6, to.address.c_str(), &six.sin6_addr) == 1) {
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(static_cast<std::uint16_t>(to.port));
        made.size = sizeof six;
    } else {
        throw connection_lost("the address is not numeric");
    }
    return made;
}

[[noreturn]] void lost(int reason) { throw connection_lost(std::strerror(reason)); }

}  // namespace

struct wire::tls {
    std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context{SSL_CTX_new(TLS_client_method()),
                                                              SSL_CTX_free};
    std::unique_ptr<SSL, decltype(&SSL_free)> session{nullptr, SSL_free};

    /// What to wait for before the same call is made again; throws when there is nothing.
    short wanted(int result, bool handshake) const {
        switch (SSL_get_error(session.get(), result)) {
            case SSL_ERROR_WANT_READ:
                return POLLIN;
            case SSL_ERROR_WANT_WRITE:
                return POLLOUT;
            default:
                break;
        }
        std::array<char, 120> text{};
        ERR_error_string_n(ERR_get_error(), text.data(), text.size());
        const auto verified = SSL_get_verify_result(session.get());
        const auto why = verified != X509_V_OK ? X509_verify_cert_error_string(verified)
                                               : static_cast<const char*>(text.data());
        throw connection_lost(
            fmt::format("SSL {}: {}", handshake ? "handshake failed" : "ended", why));
    }
};

wire::wire(budget::lease unit, const wire_target& to, deadline until) : unit_(std::move(unit)) {
    BOOST_ASSERT_MSG(unit_, "nothing opens without a lease");
    const auto at = of_target(to);
    socket_ = ::socket(at.at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (socket_ < 0) lost(errno);
    try {
        if (::connect(socket_, reinterpret_cast<const sockaddr*>(&at.at), at.size) != 0) {
            if (errno != EINPROGRESS && errno != EAGAIN) lost(errno);
            wait_for(POLLOUT, until);
        }
        int failed = 0;
        socklen_t size = sizeof failed;
        if (::getsockopt(socket_, SOL_SOCKET, SO_ERROR, &failed, &size) != 0 || failed != 0)
            lost(failed != 0 ? failed : errno);
    } catch (...) {
        ::close(socket_);
        throw;
    }
}

wire::~wire() {
    tls_.reset();
    if (socket_ >= 0) ::close(socket_);
}

void wire::wait_for(short events, deadline until) const {
    pollfd one{socket_, events, 0};
    while (true) {
        const auto left = until.left().count();
        if (left == 0) throw deadline_passed("the server keeps silent");
        const int ready = ::poll(&one, 1, static_cast<int>(left));
        if (ready > 0) return;
        if (ready < 0 && errno != EINTR) lost(errno);
    }
}

void wire::start_tls(const tls_terms& terms, deadline until) {
    tls_ = std::make_unique<tls>();
    auto* context = tls_->context.get();
    const bool trusts = terms.authorities.empty()
                            ? SSL_CTX_set_default_verify_paths(context) == 1
                            : SSL_CTX_load_verify_file(context, terms.authorities.c_str()) == 1;
    if (!trusts) throw connection_lost("SSL: the certificates of the authorities cannot be read");
    SSL_CTX_set_verify(context, terms.verify ? SSL_VERIFY_PEER : SSL_VERIFY_NONE, nullptr);
    tls_->session.reset(SSL_new(context));
    auto* session = tls_->session.get();
    SSL_set_fd(session, socket_);
    SSL_set_tlsext_host_name(session, terms.name.c_str());
    if (terms.verify) SSL_set1_host(session, terms.name.c_str());
    for (int result = 0; (result = SSL_connect(session)) != 1;)
        wait_for(tls_->wanted(result, true), until);
}

void wire::send(std::string_view bytes, deadline until) {
    while (!bytes.empty()) {
        if (tls_) {
            const int sent =
                SSL_write(tls_->session.get(), bytes.data(), static_cast<int>(bytes.size()));
            if (sent > 0)
                bytes.remove_prefix(static_cast<std::size_t>(sent));
            else
                wait_for(tls_->wanted(sent, false), until);
            continue;
        }
        const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent >= 0)
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        else if (errno == EAGAIN || errno == EINTR)
            wait_for(POLLOUT, until);
        else
            lost(errno);
    }
}

std::string wire::receive(deadline until) {
    std::string bytes(receive_bytes_max, '\0');
    while (true) {
        const auto got =
            tls_ ? SSL_read(tls_->session.get(), bytes.data(), static_cast<int>(bytes.size()))
                 : ::recv(socket_, bytes.data(), bytes.size(), 0);
        if (got > 0) {
            bytes.resize(static_cast<std::size_t>(got));
            return bytes;
        }
        if (tls_)
            wait_for(tls_->wanted(static_cast<int>(got), false), until);
        else if (got == 0)
            throw connection_lost("the server closed the connection");
        else if (errno == EAGAIN || errno == EINTR)
            wait_for(POLLIN, until);
        else
            lost(errno);
    }
}

void wire::begin_close() noexcept {
    if (tls_) SSL_shutdown(tls_->session.get());
    unit_.begin_closing();
    ::shutdown(socket_, SHUT_WR);
}

bool wire::ended() noexcept {
    std::array<char, 4096> rest{};
    for (unsigned reads = 0; reads < reads_max && !given_up_; ++reads) {
        const auto got = ::recv(socket_, rest.data(), rest.size(), 0);
        if (got == 0) return true;
        if (got > 0 || errno == EINTR) continue;
        given_up_ = given_up_ || errno == ETIMEDOUT || errno == EHOSTUNREACH;
        return !given_up_ && errno != EAGAIN;
    }
    return false;
}

void wire::close(deadline until) noexcept {
    try {
        begin_close();
        while (!ended() && !given_up_) wait_for(POLLIN, until);
    } catch (const std::exception&) {
        // A server that does not let go in time: the process ends, and with it the socket.
    }
}

}  // namespace headroom::fleet
