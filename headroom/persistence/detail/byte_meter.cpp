#include "headroom/persistence/detail/byte_meter.hpp"

#include <linux/tcp.h>
#include <netinet/in.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <limits>

namespace headroom::persistence::detail {
namespace {

constexpr int far_ahead = std::numeric_limits<int>::max();

int number(int socket, int name) noexcept {
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(socket, SOL_SOCKET, name, &value, &size) == 0 ? value : -1;
}

std::uint64_t read_of_tcp(int socket) noexcept {
    tcp_info about{};
    socklen_t size = sizeof about;
    int unread = 0;
    if (::getsockopt(socket, IPPROTO_TCP, TCP_INFO, &about, &size) != 0 ||
        ::ioctl(socket, FIONREAD, &unread) != 0)
        return 0;
    const std::uint64_t lying = static_cast<unsigned>(unread);
    return about.tcpi_bytes_received - std::min<std::uint64_t>(about.tcpi_bytes_received, lying);
}

}  // namespace

void byte_meter::start(int socket) noexcept {
    socket_ = socket;
    unix_ = number(socket, SO_DOMAIN) == AF_UNIX;
    if (unix_) ::setsockopt(socket, SOL_SOCKET, SO_PEEK_OFF, &far_ahead, sizeof far_ahead);
    else before_ = read_of_tcp(socket);
}

std::uint64_t byte_meter::taken() const noexcept {
    if (unix_) {
        const int ahead = number(socket_, SO_PEEK_OFF);
        return ahead < 0 ? 0 : static_cast<std::uint64_t>(far_ahead - ahead);
    }
    const auto now = read_of_tcp(socket_);
    return now - std::min(now, before_);
}

}  // namespace headroom::persistence::detail
