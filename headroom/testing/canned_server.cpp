#include "headroom/testing/canned_server.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace headroom::testing {
namespace {

constexpr int look_ms = 20;  // for the end of the test
constexpr int clients_max = 64;

int listening() {
    const int door = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in at{};
    at.sin_family = AF_INET;
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::bind(door, reinterpret_cast<const sockaddr*>(&at), sizeof at) == 0 &&
        ::listen(door, clients_max) == 0)
        return door;
    const int why = errno;
    ::close(door);
    throw std::system_error(why, std::generic_category(), "listen");
}

unsigned short port_of(int door) {
    sockaddr_in at{};
    socklen_t size = sizeof at;
    ::getsockname(door, reinterpret_cast<sockaddr*>(&at), &size);
    return ntohs(at.sin_port);
}

}  // namespace

canned_server::canned_server(std::vector<std::string> answers)
    : answers_(std::move(answers)), door_(listening()), port_(port_of(door_)),
      thread_(threads_.one(), "canned", [this] { serve(); }) {}

canned_server::~canned_server() {
    over_ = true;
    thread_.join();
    ::close(door_);
}

void canned_server::serve() {
    while (!over_) {
        pollfd ready{door_, POLLIN, 0};
        if (::poll(&ready, 1, look_ms) > 0) answer(::accept(door_, nullptr, nullptr));
    }
}

void canned_server::answer(int to) {
    std::array<char, 4096> seen;
    for (const auto& each : answers_) {
        if (::recv(to, seen.data(), seen.size(), 0) <= 0) break;
        ++requests_;
        (void)::send(to, each.data(), each.size(), MSG_NOSIGNAL);
    }
    ::shutdown(to, SHUT_WR);
    while (::recv(to, seen.data(), seen.size(), 0) > 0) {}
    ::close(to);
}

}  // namespace headroom::testing
