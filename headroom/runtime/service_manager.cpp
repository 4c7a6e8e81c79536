#include "headroom/runtime/service_manager.hpp"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>

namespace headroom {

service_manager service_manager::of_this_process() {
    const char* named = std::getenv("NOTIFY_SOCKET");
    return service_manager(named == nullptr ? "" : named);
}

bool service_manager::tell(std::string_view lines) const noexcept {
    sockaddr_un to{};
    const bool known = socket_.starts_with('/') || socket_.starts_with('@');
    if (!known || socket_.size() >= sizeof to.sun_path) return false;
    to.sun_family = AF_UNIX;
    std::ranges::copy(socket_, to.sun_path);
    if (to.sun_path[0] == '@') to.sun_path[0] = '\0';
    const auto length = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    const int by = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (by < 0) return false;
    const auto* at = reinterpret_cast<const sockaddr*>(&to);
    const auto sent = ::sendto(by, lines.data(), lines.size(), MSG_NOSIGNAL, at, length);
    ::close(by);
    return sent == static_cast<ssize_t>(lines.size());
}

}  // namespace headroom
