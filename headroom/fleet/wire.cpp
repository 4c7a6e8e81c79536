#include "headroom/fleet/wire.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <netinet/in.h>
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
using need = redis::progress::need;

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

void wire::wait_for(need what, deadline until) const {
    if (what != need::nothing) wait_for(what == need::readable ? POLLIN : POLLOUT, until);
}

void wire::start_tls(const redis::tls_terms& terms, deadline until) {
    tls_ = std::make_unique<redis::tls_session>(terms, socket_);
    while (true) {
        const auto step = tls_->handshake();
        if (step.ended) throw connection_lost("SSL handshake failed: the server hung up");
        if (step.wants == need::nothing) return;
        wait_for(step.wants, until);
    }
}

void wire::send(std::string_view bytes, deadline until) {
    while (!bytes.empty()) {
        if (tls_) {
            const auto step = tls_->send(bytes);
            bytes.remove_prefix(step.bytes);
            wait_for(step.wants, until);
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
        if (tls_) {
            const auto step = tls_->receive(bytes);
            if (step.ended) throw connection_lost("the server closed the connection");
            if (step.bytes > 0) {
                bytes.resize(step.bytes);
                return bytes;
            }
            wait_for(step.wants, until);
            continue;
        }
        const auto got = ::recv(socket_, bytes.data(), bytes.size(), 0);
        if (got > 0) {
            bytes.resize(static_cast<std::size_t>(got));
            return bytes;
        }
        if (got == 0) throw connection_lost("the server closed the connection");
        if (errno == EAGAIN || errno == EINTR)
            wait_for(POLLIN, until);
        else
            lost(errno);
    }
}

void wire::begin_close() noexcept {
    if (tls_) tls_->say_goodbye();
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
