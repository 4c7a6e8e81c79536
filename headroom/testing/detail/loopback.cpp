#include "headroom/testing/detail/loopback.hpp"

#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace headroom::testing::detail {
namespace {

constexpr int socket_kind = SOCK_STREAM | SOCK_CLOEXEC;

int check(int got, const char* doing) {
    if (got < 0) throw std::system_error(errno, std::generic_category(), doing);
    return got;
}

sockaddr_in loopback(unsigned short port) {
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    at.sin_port = htons(port);
    return at;
}

sockaddr_un local(const std::string& path) {
    sockaddr_un at{};
    at.sun_family = AF_UNIX;
    path.copy(at.sun_path, sizeof at.sun_path - 1);
    return at;
}

template <class Address>
std::optional<int> connect_to_address(const Address& at, int family) {
    const int to = check(socket(family, socket_kind, 0), "socket");
    if (connect(to, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0) {
        fcntl(to, F_SETFL, O_NONBLOCK);
        return to;
    }
    close(to);
    return {};
}

}  // namespace

int listen_on(unsigned short port) {
    const int listener = check(socket(AF_INET, socket_kind | SOCK_NONBLOCK, 0), "socket");
    const int yes = 1;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    const auto at = loopback(port);
    check(bind(listener, reinterpret_cast<const sockaddr*>(&at), sizeof at), "bind");
    check(::listen(listener, SOMAXCONN), "listen");
    return listener;
}

std::optional<int> accept_from(int listener) {
    const int client = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    return client < 0 ? std::nullopt : std::optional(client);
}

std::optional<int> connect_to(const std::string& upstream) {
    if (upstream.starts_with('/')) return connect_to_address(local(upstream), AF_UNIX);
    return connect_to_address(loopback(static_cast<unsigned short>(std::stoi(upstream))), AF_INET);
}

void reset(int socket) {
    const linger at_once{1, 0};
    setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(socket);
}

}  // namespace headroom::testing::detail
