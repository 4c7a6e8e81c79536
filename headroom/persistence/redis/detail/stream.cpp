#include "headroom/persistence/redis/detail/stream.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <boost/asio/redirect_error.hpp>
#include <cerrno>
#include <cstring>

#include "headroom/persistence/error.hpp"

namespace headroom::redis::detail {
namespace asio = boost::asio;
namespace {

using persistence::connection_lost;
using persistence::deadline_passed;
using need = progress::need;

// A dead host is noticed after eight seconds of silence, and after 1.5 s when something it has not
// acknowledged is on the way. Without effect on a unix socket.
constexpr int idle_s = 5, interval_s = 1, probes = 3, unacknowledged_ms = 1500;
constexpr std::chrono::milliseconds crowded_ms{5};  // the queue of a unix socket is full

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

address address_of(const connect_info& to) {
    if (!to.socket.empty()) return of_socket(to.socket);
    address made;
    auto& four = reinterpret_cast<sockaddr_in&>(made.at);
    auto& six = reinterpret_cast<sockaddr_in6&>(made.at);
    if (::inet_pton(AF_INET, to.hostaddr.c_str(), &four.sin_addr) == 1) {
        four.sin_family = AF_INET;
        four.sin_port = htons(static_cast<std::uint16_t>(to.port));
        made.size = sizeof four;
    } else if (::inet_pton(AF_INET6, to.hostaddr.c_str(), &six.sin6_addr) == 1) {
        six.sin6_family = AF_INET6;
        six.sin6_port = htons(static_cast<std::uint16_t>(to.port));
        made.size = sizeof six;
    } else {
        throw connection_lost("the address is not numeric");
    }
    return made;
}

std::string words_for(int reason) {
    std::array<char, 128> text{};
    return ::strerror_r(reason, text.data(), text.size());
}

void set(int socket, int level, int name, int to) {
    ::setsockopt(socket, level, name, &to, sizeof to);
}

void tune(int socket) {
    set(socket, IPPROTO_TCP, TCP_NODELAY, 1);
    set(socket, SOL_SOCKET, SO_KEEPALIVE, 1);
    set(socket, IPPROTO_TCP, TCP_KEEPIDLE, idle_s);
    set(socket, IPPROTO_TCP, TCP_KEEPINTVL, interval_s);
    set(socket, IPPROTO_TCP, TCP_KEEPCNT, probes);
    set(socket, IPPROTO_TCP, TCP_USER_TIMEOUT, unacknowledged_ms);
}

progress judged(ssize_t moved, need otherwise) {
    if (moved >= 0) return {.bytes = static_cast<std::size_t>(moved)};
    if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {0, otherwise};
    throw connection_lost(words_for(errno));
}

}  // namespace

task<void> stream::open(const connect_info& to, deadline until) {
    BOOST_ASSERT_MSG(to.has_address() && !socket_.is_open(), "opened once, at an address");
    co_await connect(to, until);
    reached_ = true;
    if (to.tls) co_await shake_hands(to, until);
}

task<void> stream::connect(const connect_info& to, deadline until) {
    const auto at = address_of(to);
    const int made = ::socket(at.at.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (made < 0) throw connection_lost(words_for(errno));
    boost::system::error_code failed;
    socket_.assign(made, failed);
    if (failed) {
        ::close(made);
        throw connection_lost(failed.message());
    }
    if (to.socket.empty()) tune(made);
    while (::connect(made, reinterpret_cast<const sockaddr*>(&at.at), at.size) != 0) {
        if (errno == EINPROGRESS || errno == EALREADY) break;
        if (errno != EAGAIN && errno != EINTR) throw connection_lost(words_for(errno));
        if (until.passed()) throw deadline_passed("the connection could not be opened in time");
        co_await sleep_until(until.at_most(crowded_ms));
    }
    co_await wait_until(ready::wait_write, until);
    int reason = 0;
    socklen_t size = sizeof reason;
    if (::getsockopt(made, SOL_SOCKET, SO_ERROR, &reason, &size) != 0) reason = errno;
    if (reason != 0) throw connection_lost(words_for(reason));
}

task<void> stream::shake_hands(const connect_info& to, deadline until) {
    tls_ = std::make_unique<tls_session>(tls_terms{to.host, to.authorities, to.verify},
                                         socket_.native_handle());
    try {
        while (true) {
            const auto step = tls_->handshake();
            if (step.ended) throw connection_lost("SSL handshake failed: the other side hung up");
            if (step.wants == need::nothing) co_return;
            co_await wait_until(
                step.wants == need::readable ? ready::wait_read : ready::wait_write, until);
        }
    } catch (const deadline_passed&) {
        // A Redis without TLS takes the handshake for half a command, and waits for the rest.
        throw deadline_passed("no TLS handshake in time; has it TLS (else redis://)?");
    }
}

task<void> stream::wait_until(ready what, deadline until) {
    alarm bell([this] { cancel(); });
    home_.arm(bell, until);
    boost::system::error_code ignored;  // the next step finds out itself
    co_await socket_.async_wait(what, asio::redirect_error(use_task, ignored));
    if (until.passed()) throw deadline_passed("the connection could not be opened in time");
}

progress stream::receive(std::span<char> into) {
    if (tls_) return tls_->receive(into);
    auto got = judged(::recv(socket_.native_handle(), into.data(), into.size(), 0), need::readable);
    got.ended = got.bytes == 0 && got.wants == need::nothing;
    return got;
}

progress stream::send(std::string_view bytes) {
    if (tls_) return tls_->send(bytes);
    return judged(::send(socket_.native_handle(), bytes.data(), bytes.size(), MSG_NOSIGNAL),
                  need::writable);
}

void stream::cancel() noexcept {
    boost::system::error_code ignored;
    if (socket_.is_open()) socket_.cancel(ignored);
}

std::string stream::own_address() const {
    sockaddr_storage at{};
    socklen_t size = sizeof at;
    auto& self = const_cast<descriptor&>(socket_);
    if (!self.is_open() ||
        ::getsockname(self.native_handle(), reinterpret_cast<sockaddr*>(&at), &size) != 0)
        return {};
    std::array<char, INET6_ADDRSTRLEN> text{};
    if (at.ss_family == AF_INET) {
        const auto& four = reinterpret_cast<const sockaddr_in&>(at);
        ::inet_ntop(AF_INET, &four.sin_addr, text.data(), text.size());
        return fmt::format("{}:{}", text.data(), ntohs(four.sin_port));
    }
    if (at.ss_family != AF_INET6) return {};
    const auto& six = reinterpret_cast<const sockaddr_in6&>(at);
    ::inet_ntop(AF_INET6, &six.sin6_addr, text.data(), text.size());
    return fmt::format("[{}]:{}", text.data(), ntohs(six.sin6_port));
}

int stream::take_out() noexcept {
    if (!socket_.is_open()) return -1;
    sockaddr_storage peer{};
    socklen_t size = sizeof peer;
    const int has_peer =
        ::getpeername(socket_.native_handle(), reinterpret_cast<sockaddr*>(&peer), &size);
    reached_ = reached_ || has_peer == 0;  // accepted just when nobody waited any more
    if (tls_) tls_->say_goodbye();
    tls_.reset();
    return socket_.release();
}

}  // namespace headroom::redis::detail
